"""A claim's judgement as data: the verdict, and remarks that say why; and how figures are compared.

Claims are about containers: `ours`, which are held against all other formats.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from shipways.util.messages import mark as _

SAME = 1.1  # what was measured once counts as equal within a tenth
FAILED = "failed"  # in a format's figures: why there are none
Measured: TypeAlias = "float | bool | str | None"
Row = Mapping[str, Measured]
Rows = Mapping[str, Row]


@dataclass(frozen=True)
class Remark:
    """A message and its values, each with its unit: as `report.value_text` knows them, or text,
    names (a list), commands or steps (a number of them), deeds (probes)."""

    message: str
    values: Mapping[str, tuple[str, object]] = field(default_factory=dict)


ENGINE = Remark(
    _("The container engine has to be there before, and each system installs it its own way.")
)


@dataclass(frozen=True)
class Judgement:
    """The verdict, and why."""

    verdict: str
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Best:
    """The format with the least of a figure."""

    name: str
    value: float


def sides(rows: Rows, ours: Container[str], key: str) -> tuple[Best | None, Best | None]:
    """The container and the other format with the least of a figure."""
    known = {name: number(row, key) for name, row in rows.items()}
    found = [Best(name, value) for name, value in known.items() if value is not None]
    found.sort(key=lambda best: best.value)
    own = (best for best in found if best.name in ours)
    others = (best for best in found if best.name not in ours)
    return next(own, None), next(others, None)


def number(row: Row, key: str) -> float | None:
    value = row.get(key)
    counts = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if counts else None  # type: ignore[arg-type]


def end(rows: Rows, best: Best, key: str) -> float:
    """One end of the spread of a figure's runs; the figure itself where it was measured once."""
    value = number(rows[best.name], key)
    return best.value if value is None else value


def unknown(command: str, rows: Rows, ours: Iterable[str], key: str) -> Judgement:
    """Not enough was measured; `key` is the figure whose absence tells of whom."""
    missing = [name for name in ours if key not in rows.get(name, {})]
    others = [name for name in rows if key not in rows[name]]
    names = ("names", missing or others or [_("containers")])
    values = {"names": names, "command": ("text", f"shipways {command}")}
    return Judgement(
        "unknown", (Remark(_("Figures are missing of: %(names)s; type %(command)s."), values),)
    )
