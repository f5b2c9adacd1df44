"""The report that this very run has made: every figure in it is that of its results.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from shipways import report, results, results_schema
from tests.report.figures_of import strings
from tests.report.reading_html import Tree
from tests.report.reading_markdown import Markdown
from tests.report.reading_page import Page

if TYPE_CHECKING:
    from tests.acceptance.conftest import Built


@pytest.fixture(scope="module")
def dist(built: Built) -> Path:
    """All that was built and verified so far; at least the wheel."""
    built.record("wheel")
    return built.dist


def data(dist: Path) -> Any:
    return json.loads((dist / "results.json").read_text("utf-8"))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_figure_of_the_page_is_explained(dist: Path, language: str) -> None:
    page = Page(data(dist), language)
    assert not page.check((dist / "report.html").read_text("utf-8"))
    assert page.explained > 100


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_figure_of_the_markdown_is_explained(
    dist: Path, language: str, tmp_path: Path
) -> None:
    found = results.load(dist / "results.json")
    assert found
    written = report.render(found, tmp_path, language=language)[0].read_text("utf-8")
    assert not Markdown(data(dist), language).check(written)


def test_every_log_that_is_named_is_there_and_linked(dist: Path) -> None:
    named = {each for each in strings(data(dist)) if each.startswith("logs/") and "\n" not in each}
    assert named
    assert not [each for each in named if not (dist / each).is_file()]
    page = Tree((dist / "report.html").read_text("utf-8")).root
    links = {node.get("href") for node in page.iter("a")}
    assert named <= links


def test_the_results_keep_to_the_schema(dist: Path) -> None:
    schema = json.loads(results_schema.PATH.read_text("utf-8"))
    jsonschema.validate(data(dist), schema)


def test_no_path_of_this_machine_is_in_the_results(dist: Path) -> None:
    here = (str(dist), str(Path(__file__).parents[2]))
    assert not [each for each in strings(data(dist)) if any(path in each for path in here)]
