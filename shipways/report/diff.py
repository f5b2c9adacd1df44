"""Two runs against each other: what grew and what slowed, beyond the noise of the measurements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipways.report.columns import COLUMNS
from shipways.report.columns.base import Column
from shipways.report.figure import Figure
from shipways.report.overview import Overview, Row, overview
from shipways.results import ProjectRecord, Results

SAME_SIZE = 0.001  # sizes closer than this are told as equal: a commit's name alone changes bytes
STEADY = 0.05  # times and memory closer than this are noise, however little their runs spread
UNSURE = 0.25  # the same where there are too few runs to know the spread
CULPRITS = 3


@dataclass(frozen=True)
class Culprit:
    """A part of an artifact and by how many bytes it grew, or how large it is."""

    part: str
    bytes: int


@dataclass(frozen=True)
class Change:
    """A figure that changed beyond noise."""

    format: str
    column: Column
    old: Figure
    new: Figure
    culprits: tuple[Culprit, ...] = ()

    @property
    def before(self) -> float:
        """The old value."""
        return self.old.value or 0.0

    @property
    def after(self) -> float:
        """The new value."""
        return self.new.value or 0.0

    @property
    def ratio(self) -> float | None:
        """New by old; None where the old value is zero or the figure is yes or no."""
        return self.after / self.before if self.before and self.column.unit != "flag" else None

    @property
    def once(self) -> bool:
        """Whether it varies from run to run, but was measured once before or now."""
        return self.column.sampled and min(len(self.old.runs), len(self.new.runs)) < 2

    @property
    def worse(self) -> bool:
        """Whether this is for the worse."""
        return (self.after > self.before) == self.column.ranked


@dataclass(frozen=True)
class Comparison:
    """What changed from one run to another, the worst first."""

    old: ProjectRecord
    new: ProjectRecord
    changes: tuple[Change, ...]
    steady: int  # figures that did not change beyond noise
    appeared: tuple[str, ...]
    vanished: tuple[str, ...]
    broke: tuple[str, ...]  # built before, not now
    mended: tuple[str, ...]
    same_machine: bool

    @property
    def worse(self) -> tuple[Change, ...]:
        """The changes for the worse."""
        return tuple(change for change in self.changes if change.worse)


def compare(old: Results, new: Results) -> Comparison:
    """Compare two runs, figure by figure, for the formats that both built.

    Times and memory of runs on different machines say nothing about the project: they are left out.
    """
    before, after = overview(old), overview(new)
    was, now = _built(before), _built(after)
    same_machine = _machine(old) == _machine(new)
    columns = [column for column in COLUMNS.values() if same_machine or not column.sampled]
    pairs = [
        (column, was[name], now[name])
        for name in now
        if name in was
        for column in columns
        if _comparable(column, was[name].figures[column.key], now[name].figures[column.key])
    ]
    found = [change for pair in pairs if (change := _change(*pair))]
    both = old.formats.keys() & new.formats.keys()
    return Comparison(
        before.results.project,
        after.results.project,
        tuple(sorted(found, key=_gravity)),
        len(pairs) - len(found),
        tuple(name for name in new.formats if name not in old.formats),
        tuple(name for name in old.formats if name not in new.formats),
        tuple(name for name in new.formats if name in both and name in was and name not in now),
        tuple(name for name in new.formats if name in both and name in now and name not in was),
        same_machine,
    )


def _built(view: Overview) -> dict[str, Row]:
    return {row.id: row for row in view.rows if row.ok}


def _machine(results: Results) -> tuple[str, str, int]:
    return results.host.os, results.host.arch, results.host.cpus


def _comparable(column: Column, old: Figure, new: Figure) -> bool:
    return bool(column.better) and None not in (old.value, new.value)


def _change(column: Column, was: Row, now: Row) -> Change | None:
    old, new = was.figures[column.key], now.figures[column.key]
    if not beyond_noise(column, old, new):
        return None
    grown = tuple(_grown(was, now)) if column.unit == "bytes" else ()
    return Change(now.id, column, old, new, grown[:CULPRITS])


def beyond_noise(column: Column, old: Figure, new: Figure) -> bool:
    """Whether two values of a figure differ by more than its measurement can vary."""
    before, after = old.value or 0.0, new.value or 0.0
    change = abs(after - before) / before if before else float(after != before)
    if not column.sampled:
        return change > (SAME_SIZE if column.unit == "bytes" else 0)
    if len(old.runs) < 2 or len(new.runs) < 2:
        return change > UNSURE
    return change > STEADY and (new.low > old.high or new.high < old.low)


def _grown(was: Row, now: Row) -> Iterator[Culprit]:
    before = was.record.contents
    if not before:
        return  # it is not known what was in it
    grown = {part: size - before.get(part, 0) for part, size in now.record.contents.items()}
    for part, more in sorted(grown.items(), key=lambda item: -item[1]):
        if more > 0:
            yield Culprit(part, more)


def _gravity(change: Change) -> tuple[bool, float]:
    """Worse ones first, then those that changed the most."""
    factor = change.ratio or 0.0
    return not change.worse, -max(factor, 1 / factor) if factor else float("-inf")
