"""A picture: a drawing, its text alternative, its legend and its data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shipways.report.i18n import NBSP


@dataclass(frozen=True)
class Picture:
    """A chart with its text alternative, its legend as (style, text), and its data."""

    key: str
    title: str
    says: str
    drawing: str  # SVG that this package made
    legend: Sequence[tuple[str, str]]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def scale(write: Callable[[float], str]) -> Callable[[float], str]:
    """Numbers of a scale: round, so without decimals that are all zero."""

    def short(value: float) -> str:
        if not value:
            return "0"
        number, _gap, unit = write(value).partition(NBSP)
        for point in (".", ","):
            if point in number:
                number = number.rstrip("0").rstrip(point)
        return f"{number}{NBSP}{unit}"

    return short


def in_words(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as a sentence: what a reader who can't see the drawing hears."""
    return "; ".join(
        f"{row[0]}: "
        + ", ".join(f"{name} {cell}" for name, cell in zip(head[1:], row[1:], strict=True))
        for row in rows
    )
