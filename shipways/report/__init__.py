"""Reports on a run: one comparison, computed once, and one module per output."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from shipways.project.model import Budget
from shipways.report import diff_text, html, markdown, terminal
from shipways.report.budget import over_budget, unheld
from shipways.report.diff import Comparison, compare
from shipways.report.findings import find
from shipways.report.i18n import words
from shipways.report.overview import overview
from shipways.results import Results, write_atomically

__all__ = [
    "Comparison",
    "compare",
    "over_budget",
    "render",
    "show",
    "show_changes",
    "summarise",
    "unheld",
]

HTML_NAME = "report.html"
MARKDOWN_NAME = "report.md"


def render(
    results: Results, dist: Path, *, baseline: Results | None = None, language: str = "en"
) -> list[Path]:
    """Write report.md and report.html to `dist`; each is replaced whole. Returns their paths.

    The page holds all languages, `language` is that of the Markdown. With a `baseline`, an earlier
    run, both say what grew and what slowed since. Logs are linked where they lie in `dist`.
    """
    view = overview(results)
    found = find(view)
    changes = compare(baseline, results) if baseline else None
    page = html.page(view, found, dist, changes)
    speech = words(language)
    blocks = diff_text.blocks(changes, (), speech, level=2) if changes else ()
    text = markdown.text(view, found, speech, list(blocks))
    paths = [dist / MARKDOWN_NAME, dist / HTML_NAME]
    for path, content in zip(paths, (text, page), strict=True):
        write_atomically(path, content.encode())
    return paths


def show(
    results: Results,
    console: Console,
    budget: Mapping[str, Budget] | None = None,
    *,
    language: str = "en",
) -> None:
    """Print the comparison as a table; below it what is missing, what was found, what is over."""
    view = overview(results)
    terminal.show(view, find(view), words(language), console)
    terminal.show_overruns(over_budget(results, budget or {}), words(language), console)


def summarise(
    old: Results,
    new: Results,
    budget: Mapping[str, Budget] | None = None,
    *,
    language: str = "en",
) -> str:
    """What changed from one run to the next, as Markdown short enough for a pull request."""
    overruns = over_budget(new, budget or {}, old)
    return diff_text.text(compare(old, new), overruns, words(language))


def show_changes(
    old: Results,
    new: Results,
    console: Console,
    budget: Mapping[str, Budget] | None = None,
    *,
    language: str = "en",
) -> None:
    """Print what changed from one run to the next, and what is over budget."""
    overruns = over_budget(new, budget or {}, old)
    terminal.show_changes(compare(old, new), overruns, words(language), console)
