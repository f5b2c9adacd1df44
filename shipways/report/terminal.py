"""The comparison as a table in the terminal, with the findings below it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shipways.report import diff_text, findings_text, value_text
from shipways.report.budget import Overrun
from shipways.report.claims import claim_views
from shipways.report.columns.base import Column
from shipways.report.diff import Comparison
from shipways.report.diff_text import OVER_BUDGET
from shipways.report.findings import Findings
from shipways.report.i18n import Words, one_line
from shipways.report.overview import BEST, Overview, Row
from shipways.util.messages import mark as _


class PlainInk:
    """Text as it is: `rich.text.Text` knows no markup."""

    def text(self, text: str) -> str:
        """The text on one line."""
        return one_line(text)

    def name(self, name: str) -> str:
        """The name as it is."""
        return self.text(name)

    def fill(self, message: str, **values: str) -> str:
        """A message with its values."""
        return message % values


def show(view: Overview, found: Findings, words: Words, console: Console) -> None:
    """Print the table, what is missing, and what was found."""
    ink = PlainInk()
    if view.rows:
        console.print(_table(view, words))
    else:
        console.print(Text(words.say(_("No format has been built yet."))))
    for problem in found.problems:
        text = Text(findings_text.problem_sentence(problem, words, ink))
        text.stylize("red" if problem.status == "failed" else "yellow", 0, len(problem.format))
        console.print(text, soft_wrap=True)
    for _kind, title, sentence in findings_text.findings(found, words, ink):
        console.print(Text.assemble((f"{title}: ", "bold"), sentence), soft_wrap=True)
    for claim in claim_views(view.results, words):
        told = f"{claim.verdict_text}{': ' if claim.reason else ''}{claim.reason}"
        line = Text.assemble((f"{one_line(claim.text)} ", "bold"), one_line(told))
        console.print(line, soft_wrap=True)


def _table(view: Overview, words: Words) -> Table:
    project = view.results.project
    table = Table(title=Text(f"{project.name} {project.version}"), title_style="bold")
    table.add_column(words.say(_("Format")), no_wrap=True)
    columns = [column for column in view.columns if column.brief]
    for column in columns:
        table.add_column(words.say(column.title), justify="right")
    for row in view.rows:
        table.add_row(Text(row.id), *(_cell(row, column, words) for column in columns))
    return table


def _cell(row: Row, column: Column, words: Words) -> Text:
    figure = row.figures[column.key]
    if figure.value is None and not figure.text:
        missing = value_text.STATUS.get(row.record.status, "") if not row.ok else ""
        return Text(words.say(missing) if missing else "–", style="dim")
    best = row.marks.get(column.key) == BEST
    shown = value_text.figure_text(column, figure, words)
    return Text(f"{shown} *" if best else shown, style="bold green" if best else "")


def show_changes(
    comparison: Comparison, overruns: Sequence[Overrun], words: Words, console: Console
) -> None:
    """Print what changed from one run to another, and what is over budget."""
    ink = PlainInk()
    if comparison.changes:
        console.print(_changes(comparison, words, ink))
    for note in diff_text.notes(comparison, words, ink):
        console.print(Text(note), soft_wrap=True)
    show_overruns(overruns, words, console)


def show_overruns(overruns: Sequence[Overrun], words: Words, console: Console) -> None:
    """Print what is over budget, each with what is to blame."""
    ink = PlainInk()
    for overrun in overruns:
        told = Text.assemble(
            (f"{words.say(OVER_BUDGET)} ", "bold red"),
            diff_text.overrun_sentence(overrun, words, ink),
        )
        console.print(told, soft_wrap=True)


def _changes(comparison: Comparison, words: Words, ink: PlainInk) -> Table:
    table = Table()
    for place, head in enumerate(diff_text.HEADS):
        table.add_column(words.say(head), justify="right" if place in (2, 3) else "left")
    for change in comparison.changes:
        cells = [Text(cell) for cell in diff_text.cells(change, words, ink)]
        table.add_row(*cells, style="red" if change.worse else "green")
    return table
