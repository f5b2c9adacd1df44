"""What the templates ask for: the comparison in one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from markupsafe import Markup, escape

from shipways.report import diff_text, findings_text, provenance
from shipways.report.charts.bars import pictures
from shipways.report.charts.chart import Picture
from shipways.report.claims import ClaimView, claim_views
from shipways.report.columns.base import Column
from shipways.report.diff import Comparison
from shipways.report.figure import Detail, Figure, Source
from shipways.report.findings import Findings
from shipways.report.i18n import Words
from shipways.report.image_bases import BasesView, bases_views
from shipways.report.overview import BEST, WORST, Overview, Row
from shipways.report.requirements import Chooser
from shipways.report.targets import TargetView, heads, target_views
from shipways.report.value_text import (
    PHASES,
    STATUS,
    figure_text,
    left_text,
    reason_text,
    spread_text,
    value_text,
)
from shipways.util.messages import mark as _

MARKS = {BEST: _("best"), WORST: _("worst")}
NUMERIC = ("bytes", "seconds", "mib", "count", "score")


@dataclass(frozen=True)
class Cell:
    """A cell: its text, what to sort by, and the name of its evidence on the page."""

    key: str
    shown: str
    value: float | None
    known: bool
    ratio: bool  # whether it can be told as a ratio to a baseline
    mark: str = ""
    mark_text: str = ""


@dataclass(frozen=True)
class Evidence:
    """A figure, and all that it came from."""

    key: str
    title: str
    help: str
    shown: str
    exact: str
    details: tuple[str, ...]
    results: tuple[tuple[str, str], ...]  # target and status
    parts: tuple[str, ...]
    runs: tuple[str, ...]
    source: Source
    same: tuple[str, str] = ("", "")  # key and title of an earlier figure with the same source


def cell(row: Row, column: Column, words: Words) -> Cell:
    """One figure of one format."""
    figure = row.figures[column.key]
    mark = row.marks.get(column.key, "")
    known = figure.value is not None or bool(figure.text)
    return Cell(
        column.key,
        figure_text(column, figure, words),
        figure.value,
        known,
        column.unit in NUMERIC and figure.value is not None,
        mark,
        words.say(MARKS.get(mark, "")),
    )


def evidence(row: Row, columns: Sequence[Column], words: Words) -> Iterator[Evidence]:
    """What is behind each figure of a format that was measured."""
    first: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, str]] = {}
    for column in columns:
        figure = row.figures[column.key]
        if figure.value is None and not figure.text:
            continue
        origin = (figure.source.commands, figure.source.logs)
        same = first.get(origin) if all(origin) else None
        first.setdefault(origin, (column.key, words.say(column.title)))
        yield Evidence(
            column.key,
            words.say(column.title),
            words.say(column.help),
            figure_text(column, figure, words),
            _exact(column, figure, words),
            tuple(_detail(each, words) for each in figure.details),
            tuple(
                (name, words.say(STATUS.get(status, status)))
                for name, status in figure.source.results
            ),
            tuple(f"{name} {words.bytes(size)}" for name, size in figure.source.parts),
            tuple(value_text(column.unit, run, words) for run in figure.runs),
            figure.source,
            same or ("", ""),
        )


def _detail(detail: Detail, words: Words) -> str:
    return words.say(detail.message) % {"value": value_text(detail.unit, detail.value, words)}


def _exact(column: Column, figure: Figure, words: Words) -> str:
    if column.unit == "bytes" and figure.value is not None:
        return words.exact_bytes(figure.value)
    if figure.left:
        return left_text(*figure.left, words)
    return spread_text(column, figure, words)


class HtmlInk:
    """Escapes whatever is not markup of ours."""

    def __init__(self, prefix: str, anchors: dict[str, str]) -> None:
        self._prefix = prefix
        self._anchors = anchors

    def text(self, text: str) -> str:
        """Any text, escaped."""
        return escape(text)

    def name(self, name: str) -> str:
        """A format's name, leading to its part of the page."""
        if name not in self._anchors:
            return Markup("<b>%s</b>") % name
        link = Markup('<a class="name" href="#%s-%s">%s</a>')
        return link % (self._prefix, self._anchors[name], name)

    def fill(self, message: str, **values: str) -> str:
        """A translated message; values that are no markup yet are escaped."""
        return Markup(message) % values


@dataclass(frozen=True)
class Typed:
    """A command to type: as whom, what, and why."""

    prompt: str  # "#" for root, "$" for anybody
    command: str
    why: str


@dataclass(frozen=True)
class Section:
    """One language's part of the page."""

    view: Overview
    found: Findings
    words: Words
    dist: Path
    changes: Comparison | None = None

    @property
    def language(self) -> str:
        """The language, such as `en`."""
        return self.words.language

    @cached_property
    def ink(self) -> HtmlInk:
        """How sentences are written here."""
        return HtmlInk(self.language, {row.id: row.anchor for row in self.view.rows})

    @cached_property
    def findings(self) -> list[tuple[str, str, str]]:
        """Each finding as kind, title and sentence."""
        return list(findings_text.findings(self.found, self.words, self.ink))

    @cached_property
    def problems(self) -> list[tuple[str, str]]:
        """Each missing format as sentence and log."""
        return [
            (findings_text.problem_sentence(each, self.words, self.ink), each.log)
            for each in self.found.problems
        ]

    @cached_property
    def provenance(self) -> list[str]:
        """Who built what, when, where."""
        return list(provenance.provenance(self.view.results, self.words))

    @cached_property
    def pictures(self) -> list[Picture]:
        """The charts."""
        return pictures(self.view, self.words)

    @cached_property
    def chooser(self) -> Chooser:
        """The questions, and each format's answers."""
        return Chooser(self.view, self.words)

    @cached_property
    def claims(self) -> list[ClaimView]:
        """The claims that were measured."""
        return [*claim_views(self.view.results, self.words)]

    @cached_property
    def bases(self) -> list[BasesView]:
        """The comparisons of an image's bases."""
        return [*bases_views(self.view.results, self.words)]

    def cells(self, row: Row) -> list[Cell]:
        """A format's cells of the main table."""
        return [cell(row, column, self.words) for column in self.view.columns]

    def platforms(self) -> list[tuple[str, list[str]]]:
        """The systems that install figures are from, each with its formats."""
        formats: dict[str, list[str]] = {}
        for row in self.view.rows:
            if row.target and row.record.targets[row.target].platform:
                formats.setdefault(row.record.targets[row.target].platform, []).append(row.id)
        return [*formats.items()]

    def evidence(self, row: Row) -> list[Evidence]:
        """Where each of a format's figures came from."""
        return [*evidence(row, self.view.columns, self.words)]

    def targets(self, row: Row) -> list[TargetView]:
        """A format on each of its targets."""
        return [*target_views(row, self.words)]

    def target_heads(self) -> list[str]:
        """The titles of a target's figures."""
        return heads(self.words)

    def facts(self, row: Row) -> list[tuple[str, str]]:
        """What there is to say about a format beside its figures."""
        return [*provenance.about(row, self.words)]

    def reason(self, reason: str) -> str:
        """A reason in one line."""
        return reason_text(reason, self.words)

    def status(self, status: str) -> str:
        """A status in words."""
        return self.words.say(STATUS.get(status, status))

    def phases(self, row: Row) -> list[tuple[str, str, list[Typed]]]:
        """A format's commands, as phase, title of the phase, and what to type."""
        return [
            (phase, self.words.say(PHASES.get(phase, phase)), [
                Typed(
                    "#" if step.root else "$",
                    step.command,
                    self.words.say(step.why),
                )
                for step in steps
            ])
            for phase, steps in provenance.by_phase(row.record.steps)
        ]  # fmt: skip

    def change_heads(self) -> list[str]:
        """The titles of the table of changes."""
        return [self.words.say(head) for head in diff_text.HEADS]

    def change_rows(self) -> list[list[str]]:
        """Each change as format, figure, before, now, and how it changed."""
        changes = self.changes.changes if self.changes else ()
        return [[*diff_text.cells(change, self.words, self.ink)] for change in changes]

    def change_notes(self) -> list[str]:
        """What the table of changes does not say."""
        return [*diff_text.notes(self.changes, self.words, self.ink)] if self.changes else []

    def has_log(self, path: str) -> bool:
        """Whether a log is there to be opened: inside `dist`, and kept."""
        pure = PurePosixPath(path)
        inside = not pure.is_absolute() and ".." not in pure.parts
        return inside and (self.dist / pure).is_file()
