"""Golden results render without a gap, in every output."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from shipways.report import render, show
from shipways.results import Results

GOLDEN = ("all", "built", "failed", "skipped", "not-offered", "one-format", "none", "real")
Golden = Callable[[str], Results]
ReadPage = Callable[[Path], Any]
GAP = re.compile(r"\b(None|nan|undefined|inf)\b|%\(|\{\{|\{%")


@pytest.fixture(scope="module", params=GOLDEN)
def rendered(
    request: pytest.FixtureRequest,
    golden: Golden,
    read_page: ReadPage,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Results, str, Any]:
    """Golden results, their Markdown and their page."""
    markdown, html = render(golden(request.param), tmp_path_factory.mktemp("dist"))
    assert (markdown.name, html.name) == ("report.md", "report.html")
    return golden(request.param), markdown.read_text("utf-8"), read_page(html)


Rendered = tuple[Results, str, Any]


def test_the_page_is_whole(rendered: Rendered) -> None:
    _results, _markdown, page = rendered
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    targets = [link[1:] for link in page.attributes("href") if link.startswith("#")]
    assert set(targets) <= set(ids)
    for named in page.attributes("aria-labelledby"):
        assert named in ids


def test_the_page_has_no_gap(rendered: Rendered) -> None:
    _results, _markdown, page = rendered
    for _attributes, text in page.find("main"):
        assert not GAP.search(text)
    for tag in ("td", "th", "dt", "dd", "li", "h2", "h3", "h4", "figcaption", "summary"):
        for attributes, text in page.find(tag):
            assert text or "fitting" in attributes.get("class", ""), tag


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_format_is_there(rendered: Rendered, language: str) -> None:
    results, markdown, page = rendered
    for format_id, record in results.formats.items():
        ((_attributes, text),) = page.find("article", id=f"{language}-{format_id}")
        assert record.reason in text
        assert page.find("tr", data_format=format_id)
        assert f"| **{format_id}** |" in markdown


def test_markdown_tables_are_whole(rendered: Rendered) -> None:
    results, text, _page = rendered
    assert not GAP.search(text)
    for table in re.findall(r"(?:^\|.*\|$\n?)+", text, re.M):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1
    assert text.startswith(f"# {results.project.name} 1.0.0")
    assert text.endswith("\n")
    assert "\n\n\n" not in text


def test_markdown_speaks_the_language_asked_for(golden: Golden, tmp_path: Path) -> None:
    text = render(golden("all"), tmp_path, language="ru")[0].read_text("utf-8")
    assert "# notes 1.0.0: варианты поставки" in text
    assert "## Главное" in text


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", GOLDEN)
def test_the_terminal_shows_them(name: str, language: str, golden: Golden) -> None:
    results = golden(name)
    console = Console(file=io.StringIO(), record=True, width=160)
    show(results, console, language=language)
    text = console.export_text()
    assert not GAP.search(text)
    for format_id in results.formats:
        assert format_id in text


def test_nothing_built_is_said(golden: Golden, tmp_path: Path) -> None:
    for path in render(golden("none"), tmp_path):
        assert "No format has been built yet." in path.read_text("utf-8")


def test_all_outputs_carry_the_same_findings(
    golden: Golden, read_page: ReadPage, tmp_path: Path
) -> None:
    markdown, html = render(golden("all"), tmp_path)
    console = Console(file=io.StringIO(), record=True, width=400)
    show(golden("all"), console)
    printed = " ".join(console.export_text().split())
    written = " ".join(markdown.read_text("utf-8").replace("**", "").split())
    found = [text for _, text in read_page(html).find("dd")][:10]
    assert len(found) == 10
    for sentence in found:
        assert sentence in printed
        assert sentence in written


def test_columns_of_installs_need_a_target(
    golden: Golden, read_page: ReadPage, tmp_path: Path
) -> None:
    built = read_page(render(golden("built"), tmp_path)[1])
    assert not built.find("th", data_key="transfer_bytes")
    every = read_page(render(golden("all"), tmp_path)[1])
    assert every.find("th", data_key="transfer_bytes")


def test_a_baseline_tells_what_changed(golden: Golden, tmp_path: Path) -> None:
    old = golden("all")
    old.project.commit = "f" * 40
    old.formats["docker"].artifacts[0].bytes //= 2
    markdown, html = render(golden("all"), tmp_path, baseline=old)
    assert "## Since ffffffffffff" in markdown.read_text("utf-8")
    page = html.read_text("utf-8")
    assert "Since ffffffffffff" in page
    assert "После ffffffffffff" in page
    assert "worse, +100" in page


def test_a_report_replaces_the_one_before(golden: Golden, tmp_path: Path) -> None:
    first = render(golden("none"), tmp_path)
    assert render(golden("all"), tmp_path) == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.md"]


def test_the_same_results_give_the_same_bytes(golden: Golden, tmp_path: Path) -> None:
    one = [path.read_bytes() for path in render(golden("all"), tmp_path)]
    assert one == [path.read_bytes() for path in render(golden("all"), tmp_path)]
