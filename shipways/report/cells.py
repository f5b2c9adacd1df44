"""Cells of the main table, and the evidence behind each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shipways.report.figure import Column, Detail, Figure, Source
from shipways.report.i18n import Words
from shipways.report.overview import BEST, WORST, Row
from shipways.report.value_text import STATUS, figure_text, left_text, spread_text, value_text
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
