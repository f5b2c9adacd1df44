"""Figures straight from results.json, by a reader of its own: nothing of the report is used here.

Every figure is told as a word, such as "13.7 MB" or "13,7 МБ", by rules written down once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median
from typing import Any

GAP = "\N{NO-BREAK SPACE}"
UNITS = {
    "en": {"bytes": ("B", "kB", "MB", "GB", "TB"), "s": "s", "mib": "MiB"},
    "ru": {"bytes": ("Б", "кБ", "МБ", "ГБ", "ТБ"), "s": "с", "mib": "МиБ"},
}
POINTS = {"en": (",", "."), "ru": (GAP, ",")}  # between thousands, before decimals
KNOWN = ("B", "kB", "MB", "GB", "TB", "s", "MiB", "Б", "кБ", "МБ", "ГБ", "ТБ", "с", "МиБ")
WORD = re.compile(rf"\d+(?:[.,{GAP}]\d+)*(?:{GAP}(?:%|{'|'.join(KNOWN)})(?!\w))?")
TYPED = ("install", "start")
SIZES = ("transfer_bytes", "footprint_bytes")
Record = dict[str, Any]


def figures(text: str) -> list[str]:
    """All figures in a text, each with its unit."""
    return [word.replace(GAP, " ") for word in WORD.findall(text)]


@dataclass(frozen=True)
class Tongue:
    """How a language writes figures."""

    name: str

    def number(self, value: float, digits: int = 0) -> str:
        whole, point = POINTS[self.name]
        exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
        return f"{exact:,.{digits}f}".replace(",", "T").replace(".", point).replace("T", whole)

    def _three(self, value: float, unit: str) -> str:
        return self.number(value, 0 if value >= 99.95 else 1 if value >= 9.995 else 2) + GAP + unit

    def tell(self, value: float, kind: str) -> str:
        """A value as bytes, s, mib, percent, score, ratio or count."""
        if kind == "bytes":
            power = 0
            while value >= 999.5 and power < 4:
                value, power = value / 1000, power + 1
            unit = UNITS[self.name]["bytes"][power]
            return self._three(value, unit) if power else self.number(value) + GAP + unit
        if kind in ("s", "mib"):
            return self._three(value, str(UNITS[self.name][kind]))
        if kind == "percent":
            return self.number(float(Decimal(str(value)) * 100)) + GAP + "%"
        if kind == "ratio":
            return self.number(value, 2 if value < 10 else 1 if value < 100 else 0)
        return self.number(value, 1 if kind == "score" else 0)

    def spread(self, runs: Sequence[float], kind: str) -> list[str]:
        """How many runs, from which to which value; the unit once where both have the same."""
        if len(runs) < 2:
            return []
        low, high = self.tell(min(runs), kind), self.tell(max(runs), kind)
        number, _gap, unit = low.partition(GAP) if kind != "count" else (low, "", "")
        same = high.endswith(GAP + unit)
        return [self.number(len(runs)), number if same else low, high]

    def more(self, least: float, value: float, kind: str) -> str:
        """By how much a value exceeds the least one."""
        if kind == "count" or not least:
            return self.tell(value - least, kind)
        ratio = value / least
        return self.tell(ratio - 1, "percent") if ratio < 2 else self.tell(ratio, "ratio")


@dataclass(frozen=True)
class Figure:
    """A value and the runs behind it; None where there is none. `text` is told as it is."""

    value: float | None = None
    runs: tuple[float, ...] = ()
    text: str = ""
    offered: bool = True

    @property
    def low(self) -> float:
        return min(self.runs, default=self.value or 0.0)

    @property
    def high(self) -> float:
        return max(self.runs, default=self.value or 0.0)


COLUMNS = {  # in their order: how each is told
    "artifact_bytes": "bytes", "transfer_bytes": "bytes", "footprint_bytes": "bytes",
    "cold_s": "s", "warm_s": "s", "commands": "count", "install_s": "s",
    "first_response_s": "s", "idle_mib": "mib", "offline": "flag", "user": "text",
    "exposure": "score", "upgrade": "flag", "rollback": "flag", "removal": "flag",
    "passed": "text", "peak_mib": "mib", "reproducible": "flag", "lint": "count",
}  # fmt: skip
BUILT = ["artifact_bytes", "cold_s", "warm_s", "commands", "peak_mib", "reproducible", "lint"]
RANKED = [key for key, kind in COLUMNS.items() if kind not in ("flag", "text")]


def has_run(target: Record) -> bool:
    return target["status"] == "ok" or target.get("lifecycle", {}).get("install") is True


def reference(formats: dict[str, Record]) -> dict[str, str]:
    """The target whose figures stand for each format: the one that most formats passed."""
    passed: dict[str, int] = {}
    for record in formats.values():
        for name, target in record.get("targets", {}).items():
            passed[name] = passed.get(name, 0) + (target["status"] == "ok")
    chosen = {}
    for name, record in formats.items():
        targets = record.get("targets", {})
        ranks = {
            key: (each["status"] == "ok", has_run(each), passed[key])
            for key, each in targets.items()
        }
        chosen[name] = max(ranks, key=lambda key: ranks[key], default="")
    return chosen


def read(record: Record, target_name: str) -> dict[str, Figure]:
    """All figures of one format."""
    targets = record.get("targets", {})
    target = targets.get(target_name, {})
    seen = target if target and has_run(target) else {}
    build = record.get("build", {})
    link = record["status"] == "ok" and not record.get("artifacts")
    lints = [each for each in record.get("lint", []) if not each.get("skipped")]
    found = sum(each.get("errors", 0) + each.get("warnings", 0) for each in lints)
    typed = [step for step in record.get("steps", []) if step["phase"] in TYPED]
    sizes = [file["bytes"] for file in record.get("artifacts", [])[:1]]
    cold, warm = tuple(build.get("cold_runs", [])), tuple(build.get("runs", []))
    tried = [each for each in targets.values() if each["status"] != "skipped"]
    good = sum(each["status"] == "ok" for each in tried)
    return {
        "artifact_bytes": Figure(sizes[0] if sizes else None, offered=not link),
        "cold_s": Figure(_middle(build.get("cold_s"), cold), cold, offered=not link),
        "warm_s": Figure(_middle(build.get("warm_s"), warm), warm, offered=not link),
        "peak_mib": Figure(build.get("peak_mib"), offered=not link),
        "reproducible": Figure(_flag(build.get("reproducible")), offered=not link),
        "lint": Figure(found if lints else None, offered=not link),
        "commands": Figure(target.get("commands", len(typed) or None)),
        **{key: Figure(seen.get(key)) for key in (*SIZES, "idle_mib")},
        "exposure": Figure(
            seen.get("exposure"), offered="hardening" not in target.get("lifecycle", {})
        ),
        "install_s": Figure(seen.get("install_s"), tuple(seen.get("install_runs", []))),
        "first_response_s": Figure(
            seen.get("first_response_s"), tuple(seen.get("first_response_runs", []))
        ),
        "offline": Figure(_flag(seen.get("offline"))),
        "user": Figure(text=target.get("user", "")),
        "upgrade": _phases(targets, "upgrade"),
        "rollback": _phases(targets, "rollback"),
        "removal": _removal(targets),
        "passed": Figure(good / len(tried), text=f"{good}/{len(tried)}") if tried else Figure(),
    }


def _middle(value: float | None, runs: tuple[float, ...]) -> float | None:
    return median(runs) if value is None and runs else value


def _flag(value: bool | None) -> float | None:
    return None if value is None else float(value)


def _phases(targets: Record, *phases: str) -> Figure:
    said = [
        each["lifecycle"][phase]
        for each in targets.values()
        for phase in phases
        if phase in each.get("lifecycle", {})
    ]
    tried = [one for one in said if isinstance(one, bool)]
    return Figure(float(all(tried))) if tried else Figure(offered=not said)


def left(targets: Record) -> tuple[int, int]:
    """Files and bytes that a removal left, on the target where it left most."""
    return max(
        ((each.get("residue_files", 0), each.get("residue_bytes", 0)) for each in targets.values()),
        default=(0, 0),
    )


def _removal(targets: Record) -> Figure:
    return Figure(0.0) if any(left(targets)) else _phases(targets, "remove", "purge", "residue")


def first_install(target: Record) -> list[Record]:
    """The commands of the first installation."""
    steps: list[Record] = []
    for step in target.get("steps", []):
        if step["phase"] not in ("prerequisite", *TYPED):
            break
        if step["phase"] in TYPED and (not steps or step.get("log") == steps[0].get("log")):
            steps.append(step)
    return steps


def extremes(known: dict[str, Figure]) -> dict[str, str]:
    """Who is best and who is worst; whom the runs cannot tell from the best is best, too."""
    if len(known) < 2:
        return {}
    least = min(known.values(), key=lambda one: one.value or 0)
    most = max(known.values(), key=lambda one: one.value or 0)
    best = {name: "best" for name, one in known.items() if one.low <= least.high}
    worst = {n: "worst" for n, one in known.items() if one.high >= most.low and n not in best}
    if not worst:
        return {}
    marked = [group for group in (best, worst) if 2 * len(group) <= len(known)]
    return {name: mark for group in marked for name, mark in group.items()}


def strings(data: Any) -> Iterator[str]:
    """Every string in some results, keys included."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        yield from data
        for value in data.values():
            yield from strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from strings(value)


def numbers(data: Any) -> Iterator[float]:
    """Every number in some results."""
    if isinstance(data, (int, float)) and not isinstance(data, bool):
        yield data
    elif isinstance(data, (dict, list)):
        for value in data.values() if isinstance(data, dict) else data:
            yield from numbers(value)
