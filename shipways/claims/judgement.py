"""A claim's judgement as data: the verdict, and remarks that say why; and how figures are compared.

Claims are about containers: `CONTAINERS` are held against all other formats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from shipways.messages import mark as _

CONTAINERS = ("docker", "compose")
PROBES = {  # known probes of an intruder in the app's process; True: it could
    "read_home": _("read other users' files"),
    "read_secrets": _("read the system's secrets"),
    "see_processes": _("see other processes"),
    "signal_others": _("end other processes"),
    "write_system": _("write to the system"),
    "gain_root": _("become root"),
    "mount": _("mount file systems"),
    "list_users": _("list the system's users"),
    "connect_out": _("connect to other machines"),
}
# Names alone, and other machines: neither is a breach of the host's isolation.
MILD = ("list_users", "connect_out")
FAILED = "failed"  # in a format's figures: why there are none
Measured: TypeAlias = "float | bool | str | None"
Row = Mapping[str, Measured]
Rows = Mapping[str, Row]


@dataclass(frozen=True)
class Remark:
    """A message and its values, each with its unit: as `phrases.value_text` knows them, or text,
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


def sides(rows: Rows, key: str) -> tuple[Best | None, Best | None]:
    """The container and the other format with the least of a figure."""
    known = {name: number(row, key) for name, row in rows.items()}
    found = [Best(name, value) for name, value in known.items() if value is not None]
    found.sort(key=lambda best: best.value)
    ours = (best for best in found if best.name in CONTAINERS)
    others = (best for best in found if best.name not in CONTAINERS)
    return next(ours, None), next(others, None)


def number(row: Row, key: str) -> float | None:
    value = row.get(key)
    counts = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if counts else None  # type: ignore[arg-type]


def end(rows: Rows, best: Best, key: str) -> float:
    """One end of the spread of a figure's runs; the figure itself where it was measured once."""
    value = number(rows[best.name], key)
    return best.value if value is None else value


def unknown(command: str, rows: Rows, key: str) -> Judgement:
    """Not enough was measured; `key` is the figure whose absence tells of whom."""
    missing = [name for name in CONTAINERS if key not in rows.get(name, {})]
    names = ("names", missing or [name for name in rows if key not in rows[name]])
    values = {"names": names, "command": ("text", f"shipways {command}")}
    return Judgement(
        "unknown", (Remark(_("Figures are missing of: %(names)s; type %(command)s."), values),)
    )
