"""What was found, as data: who leads in what, by how much, and whether that exceeds the noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from shipways.report.columns import by_place
from shipways.report.columns.base import Column
from shipways.report.figure import Figure
from shipways.report.overview import Overview, Row

COUNTED, BEYOND, WITHIN, ONCE = "counted", "beyond", "within", "once"


@dataclass(frozen=True)
class Standing:
    """A format's place in one column."""

    format: str
    figure: Figure

    @property
    def value(self) -> float:
        """The measured value."""
        return self.figure.value or 0.0


@dataclass(frozen=True)
class Lead:
    """Who is best in a column: the winners (several when equal), who is next, and who is last.

    `unknown` are those of which it was not measured: any of them might be better still.
    """

    column: Column
    winners: tuple[Standing, ...]
    next: Standing | None
    last: Standing | None
    certainty: str  # counted | beyond | within | once
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Split:
    """Which formats have a property, which lack it, and of which it is not known."""

    kind: str  # offline | removal | reproducible | lint
    having: tuple[str, ...]
    lacking: tuple[tuple[str, Figure], ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """A format that is not there, or failed on a target, and why."""

    format: str
    target: str
    status: str
    reason: str
    log: str


@dataclass(frozen=True)
class Findings:
    """All findings of one run."""

    leads: tuple[Lead, ...]
    splits: tuple[Split, ...]
    problems: tuple[Problem, ...]


def find(view: Overview) -> Findings:
    """Compute the findings; what was not measured gives none."""
    built = [row for row in view.rows if row.ok]
    leads = (_lead(column, built) for column in by_place(lambda column: column.lead))
    splits = [_split("reproducible", built, "reproducible", lambda figure: bool(figure.value))]
    splits += [_split("lint", built, "lint", lambda figure: not figure.value)]
    if view.installed:
        splits = [
            _split("offline", built, "offline", lambda figure: bool(figure.value)),
            _split("removal", built, "removal", lambda figure: bool(figure.value)),
            *splits,
        ]
    told = tuple(split for split in splits if split.having or split.lacking)
    return Findings(tuple(lead for lead in leads if lead), told, tuple(_problems(view.rows)))


def _problems(rows: Sequence[Row]) -> Iterator[Problem]:
    for row in rows:
        record = row.record
        if not row.ok:
            yield Problem(row.id, "", record.status, record.reason, record.build.log)
        for name, target in record.targets.items():
            if target.status == "failed":
                log = next((step.log for step in target.steps if not step.ok), "")
                yield Problem(row.id, name, target.status, target.reason, log)


def _lead(column: Column, rows: Sequence[Row]) -> Lead | None:
    standings = sorted(
        (
            Standing(row.id, row.figures[column.key])
            for row in rows
            if row.figures[column.key].value is not None
        ),
        key=lambda standing: standing.value,
    )
    if not standings:
        return None
    best = standings[0].value
    winners = tuple(standing for standing in standings if standing.value == best)
    others = standings[len(winners) :]
    return Lead(
        column,
        winners,
        others[0] if others else None,
        others[-1] if len(others) > 1 else None,
        _certainty(column, winners[0].figure, others[0].figure if others else None),
        tuple(row.id for row in rows if _unmeasured(row.figures[column.key])),
    )


def _unmeasured(figure: Figure) -> bool:
    return figure.value is None and figure.offered


def _certainty(column: Column, best: Figure, other: Figure | None) -> str:
    """Whether the difference of two figures exceeds the spread of their runs."""
    if not column.sampled or other is None:
        return COUNTED
    if len(best.runs) < 2 or len(other.runs) < 2:
        return ONCE
    return BEYOND if best.high < other.low else WITHIN


def _split(kind: str, rows: Sequence[Row], key: str, good: Callable[[Figure], bool]) -> Split:
    figures = [(row.id, row.figures[key]) for row in rows]
    known = [(name, figure) for name, figure in figures if figure.value is not None]
    return Split(
        kind,
        tuple(name for name, figure in known if good(figure)),
        tuple((name, figure) for name, figure in known if not good(figure)),
        tuple(name for name, figure in figures if _unmeasured(figure)),
    )
