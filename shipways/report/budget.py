"""Limits that a project sets for its formats, and what exceeds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shipways.project.model import Budget
from shipways.report.columns import COLUMNS
from shipways.report.columns.base import Column
from shipways.report.diff import CULPRITS, Culprit, compare
from shipways.report.overview import Row, overview
from shipways.results import FormatRecord, Results


@dataclass(frozen=True)
class Overrun:
    """A figure above its limit, and which parts of the artifact are to blame.

    `grew` tells whether the parts are those that grew since an earlier run, or just the largest.
    """

    format: str
    column: Column
    value: float
    limit: float
    culprits: tuple[Culprit, ...] = ()
    grew: bool = False


def over_budget(
    results: Results, budget: Mapping[str, Budget], old: Results | None = None
) -> list[Overrun]:
    """All figures above their limits; with an earlier run, the culprits are what grew since.

    Limits are made for what is released: what was built with `--compression fast` is not held to
    them, see `unheld`.
    """
    rows = {row.id: row for row in overview(results).rows}
    grown = _grown(old, results) if old else {}
    return [
        _overrun(rows[name], key, limit, grown.get(name, ()))
        for name, limits in budget.items()
        if name in rows and not _fast(rows[name].record)
        for key, limit in _limits(limits)
        if (rows[name].figures[key].value or 0.0) > limit
    ]


def unheld(results: Results, budget: Mapping[str, Budget]) -> list[str]:
    """The formats whose limits were not applied: built with `--compression fast`."""
    return [name for name in budget if name in results.formats and _fast(results.formats[name])]


def _fast(record: FormatRecord) -> bool:
    return record.builder is not None and record.builder.compression.startswith("fast:")


def _limits(budget: Budget) -> list[tuple[str, float]]:
    named = ((each.key, getattr(budget, each.limit)) for each in COLUMNS.values() if each.limit)
    return [(column, limit) for column, limit in named if limit is not None]


def _grown(old: Results, new: Results) -> dict[str, tuple[Culprit, ...]]:
    grew = [change for change in compare(old, new).changes if change.worse and change.culprits]
    return {change.format: change.culprits for change in grew}


def _overrun(row: Row, key: str, limit: float, grown: tuple[Culprit, ...]) -> Overrun:
    column = COLUMNS[key]
    culprits: tuple[Culprit, ...] = ()
    if column.unit == "bytes":
        largest = sorted(row.record.contents.items(), key=lambda item: -item[1])
        culprits = grown or tuple(Culprit(part, size) for part, size in largest[:CULPRITS])
    return Overrun(row.id, column, row.figures[key].value or 0.0, limit, culprits, bool(grown))
