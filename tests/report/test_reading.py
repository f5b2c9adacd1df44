"""Every figure of a report is that of results.json: read from the finished page and Markdown.

The reader computes each figure by rules of its own, and complains about one that it can't explain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shipways.report import render
from shipways.results import Results
from tests.report.reading_markdown import Markdown
from tests.report.reading_page import Page

GOLDEN = ("all", "built", "failed", "skipped", "not-offered", "one-format", "none", "real")
FOLDER = Path(__file__).parent / "golden"
SEGMENT = re.compile(r">[^<>]*?(\d)[^<>\d]*<")  # a text, and the last digit in it


def data(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", GOLDEN)
def test_every_figure_of_the_page_is_explained(
    golden: Callable[[str], Results], name: str, language: str, tmp_path: Path
) -> None:
    page = Page(data(name), language)
    source = render(golden(name), tmp_path)[1].read_text("utf-8")
    assert not page.check(source)
    least = {"real": 1200, "all": 900, "none": 10}
    assert page.explained >= least.get(name, 50)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", GOLDEN)
def test_every_figure_of_the_markdown_is_explained(
    golden: Callable[[str], Results], name: str, language: str, tmp_path: Path
) -> None:
    text = render(golden(name), tmp_path, language=language)[0].read_text("utf-8")
    assert not Markdown(data(name), language).check(text)


def test_a_single_wrong_digit_is_seen(golden: Callable[[str], Results], tmp_path: Path) -> None:
    source = render(golden("one-format"), tmp_path)[1].read_text("utf-8")
    start = source.index('<main lang="en"')
    shown = source[start : source.index('<main lang="ru"')].replace("&#39;", "'")
    other = r'<g class="axis.*?</g></g>|<table class="data reasons">.*?</table>'
    others = [found.span() for found in re.finditer(other, shown, re.S)]
    assert not Page(data("one-format"), "en").check(source[:start] + shown)
    tried = 0
    for found in SEGMENT.finditer(shown):
        if any(begin < found.start() < end for begin, end in others):
            continue  # scales are no figures; reasons quote, and any quotation will do
        digit = found.start(1)
        wrong = f"{shown[:digit]}{(int(found[1]) + 1) % 10}{shown[digit + 1 :]}"
        assert Page(data("one-format"), "en").check(source[:start] + wrong), found[0]
        tried += 1
    assert tried > 60


def test_figures_are_those_of_a_known_run(golden: Callable[[str], Results], tmp_path: Path) -> None:
    """The reader is no echo of the report: it refuses another run's page."""
    source = render(golden("one-format"), tmp_path)[1].read_text("utf-8")
    other = data("one-format")
    (name,) = other["formats"]
    other["formats"][name]["build"]["warm_s"] += 1
    assert Page(other, "en").check(source)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_every_change_since_a_baseline_is_explained(
    golden: Callable[[str], Results], language: str, elsewhere: bool, tmp_path: Path
) -> None:
    before = data("real")
    before["formats"]["docker"]["artifacts"][0]["bytes"] += 1_000_000
    before["formats"]["deb"]["targets"]["debian:13"]["lifecycle"]["rollback"] = False
    before["formats"]["rpm"]["build"].update(warm_s=1.0, runs=[1.0])
    before["host"]["cpus"] += elsewhere
    old = msgspec.convert(before, Results)
    source = render(golden("real"), tmp_path, baseline=old)[1].read_text("utf-8")
    assert not Page(data("real"), language).check(source, before)
    before["formats"]["docker"]["artifacts"][0]["bytes"] += 1_000_000
    assert Page(data("real"), language).check(source, before)
