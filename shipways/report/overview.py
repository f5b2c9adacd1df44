"""The comparison, computed once: rows, columns, best and worst, findings. All as plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shipways.report.columns import COLUMNS
from shipways.report.columns.base import Column
from shipways.report.figure import Figure, Seen
from shipways.report.i18n import clean
from shipways.results import FormatRecord, Results, reference_targets

BEST, WORST = "best", "worst"


@dataclass(frozen=True)
class Row:
    """One format: its figures by column key, and which of them are best or worst."""

    id: str
    anchor: str  # the id as it may stand in an address
    record: FormatRecord
    figures: Mapping[str, Figure]
    target: str = ""  # whose install figures stand for the format
    marks: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the format was built; only such a format is compared."""
        return self.record.status == "ok"


@dataclass(frozen=True)
class Overview:
    """All that a report shows of one results file."""

    results: Results
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    installed: bool  # whether any format was tried on a target

    def row(self, format_id: str) -> Row:
        """The row of a format."""
        return next(row for row in self.rows if row.id == format_id)


def overview(results: Results) -> Overview:
    """Compute the comparison of all formats in `results`."""
    results = _harmless(results)
    installed = any(record.targets for record in results.formats.values())
    chosen = reference_targets(results)
    seen = {
        name: Seen(record, chosen[name], record.targets.get(chosen[name]))
        for name, record in results.formats.items()
    }
    read = {
        name: {column.key: column.read(each) for column in COLUMNS.values()}
        for name, each in seen.items()
    }
    columns = tuple(column for column in COLUMNS.values() if installed or not column.installed)
    marks = _marks(results, columns, read)
    rows = tuple(
        Row(name, _anchor(name, place), record, read[name], chosen[name], marks[name])
        for place, (name, record) in enumerate(results.formats.items())
    )
    return Overview(results, columns, rows, installed)


def _harmless(results: Results) -> Results:
    """The results without characters that could forge what is read; mostly there are none."""
    encoded = msgspec.json.encode(results).decode()
    if "\\u00" not in encoded and clean(encoded) == encoded:
        return results
    return msgspec.convert(_cleaned(msgspec.to_builtins(results)), Results)


def _cleaned(data: Any) -> Any:
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, dict):
        return {clean(key): _cleaned(value) for key, value in data.items()}
    return [_cleaned(value) for value in data] if isinstance(data, list) else data


def _anchor(name: str, place: int) -> str:
    return name if re.fullmatch(r"[a-z][a-z0-9-]*", name) else f"format_{place}"


def _marks(
    results: Results, columns: tuple[Column, ...], read: Mapping[str, Mapping[str, Figure]]
) -> dict[str, dict[str, str]]:
    marks: dict[str, dict[str, str]] = {name: {} for name in results.formats}
    built = [name for name, record in results.formats.items() if record.status == "ok"]
    for column in columns:
        if not column.ranked:
            continue
        figures = {name: read[name][column.key] for name in built}
        for name, mark in extremes(figures).items():
            marks[name][column.key] = mark
    return marks


def extremes(figures: Mapping[str, Figure]) -> dict[str, str]:
    """Which figures are best and worst, less being better.

    Figures whose runs overlap with those of the best count as the best too: the measurement can't
    tell them apart. A mark that more than half would bear tells nothing, and is left out.
    """
    known = {name: figure for name, figure in figures.items() if figure.value is not None}
    if len(known) < 2:
        return {}
    least = min(known.values(), key=_value)
    most = max(known.values(), key=_value)
    best = {name for name, figure in known.items() if figure.low <= least.high}
    worst = {name for name, figure in known.items() if figure.high >= most.low} - best
    marks = {**dict.fromkeys(best, BEST), **dict.fromkeys(worst, WORST)} if worst else {}
    shares = {mark: [*marks.values()].count(mark) for mark in (BEST, WORST)}
    return {name: mark for name, mark in marks.items() if shares[mark] * 2 <= len(known)}


def _value(figure: Figure) -> float:
    return figure.value or 0.0
