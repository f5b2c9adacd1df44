"""Reads a finished report as a person does, and checks each figure in it against results.json.

What a figure must be is computed by `figures_of`; here is where it stands. A figure that stands
anywhere else in the page is one that nothing explains, and is complained about as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

from tests.report import figures_of as truth
from tests.report.figures_of import COLUMNS, Figure, Record, Tongue, figures

WORDS = {
    "en": {"flag": ("no", "yes"), "none": "not measured", "off": "not offered",
           "best": "best", "worst": "worst", "not": "Not so:", "unknown": "Not measured:",
           "beyond": "larger than the spread", "within": "within the spread",
           "once": "Not measured often enough"},
    "ru": {"flag": ("нет", "да"), "none": "не измерено", "off": "не предусмотрено",
           "best": "лучшее", "worst": "худшее", "not": "Нет:", "unknown": "Не измерено:",
           "beyond": "больше разброса", "within": "в пределах разброса",
           "once": "Измерений слишком мало"},
}  # fmt: skip
LEADS = (
    "transfer_bytes", "artifact_bytes", "warm_s", "first_response_s", "commands", "footprint_bytes",
)  # fmt: skip
SPLITS = ("offline", "removal", "reproducible", "lint")
ON_TARGET = ("transfer_bytes", "footprint_bytes", "install_s", "first_response_s", "idle_mib")
KINDS = {"_bytes": "bytes", "_s": "s", "_mib": "mib"}  # by the end of a key
MOST = 160  # letters of a reason that is told in one line


def kind_of(key: str) -> str:
    return next((kind for end, kind in KINDS.items() if key.endswith(end)), "count")


def brief(reason: str) -> str:
    line = reason.strip().split("\n")[0]
    return line if len(line) <= MOST else (line[:MOST].rpartition(" ")[0] or line[:MOST])


@dataclass
class Reader:
    """One results file, and what was found wrong in a report on it, in one language."""

    results: Record
    language: str
    wrong: list[str] = field(default_factory=list)
    explained: int = 0

    def __post_init__(self) -> None:
        self.tongue = Tongue(self.language)
        self.words: dict[str, Any] = WORDS[self.language]
        self.formats: dict[str, Record] = self.results["formats"]
        self.chosen = truth.reference(self.formats)
        self.figures = {
            name: truth.read(record, self.chosen[name]) for name, record in self.formats.items()
        }
        self.built = [name for name, each in self.formats.items() if each["status"] == "ok"]
        tried = any(record.get("targets") for record in self.formats.values())
        self.columns = [*COLUMNS] if tried else truth.BUILT

    def expect(self, place: str, text: str, *parts: str) -> None:
        """The figures of `text` are those of `parts`, in their order."""
        wanted = [word for part in parts for word in figures(part)]
        self.explained += len(wanted)
        if figures(text) != wanted:
            said = " ".join(text.split())
            self.wrong.append(f"{place}: {figures(text)} is not {wanted} in {said!r}")

    def verbatim(self, place: str, text: str, data: Any) -> None:
        """The text is one of the strings of some results, whole."""
        flat = " ".join(text.split())
        self.explained += len(figures(flat))
        if flat not in {" ".join(each.split()) for each in truth.strings(data)}:
            self.wrong.append(f"{place}: {flat!r} is not in the results")

    def among(self, place: str, text: str, data: Any) -> None:
        """Each figure of the text is a number of some results, or stands in a string of them."""
        known = {word for each in truth.strings(data) for word in figures(each)}
        for value in truth.numbers(data):
            kinds = ("bytes", "s", "mib", "score", "ratio", "count")
            known |= {word for kind in kinds for word in figures(self.tongue.tell(value, kind))}
        self.explained += len(figures(text))
        for word in figures(text):
            if word not in known:
                self.wrong.append(f"{place}: {word} is nowhere in the results")

    def measured(self, key: str, value: Any) -> str:
        """A measurement as its cell tells it; yes and no have no figure."""
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return ""
        whole = kind_of(key) != "count" or value == round(value)
        return self.tongue.tell(value, kind_of(key)) if whole else self.tongue.number(value, 2)

    def sentence(self, place: str, text: str, rows: Record, data: Any) -> None:
        """Its figures are measurements, their differences or ratios, counts, or quoted."""
        known = {word for each in truth.strings(data) for word in figures(each)}
        for row in rows.values():
            told = "; ".join(self.measured(key, value) for key, value in row.items())
            known |= {*figures(told)}
            known |= {self.tongue.number(count) for count in range(len(row) + 1)}
        for key in {key for row in rows.values() for key in row}:
            values = [row.get(key) for row in rows.values()]
            numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
            for pair in permutations(numbers, 2):
                known |= {*self._between(key, *pair)}
        self.explained += len(figures(text))
        for word in figures(text):
            if word not in known:
                self.wrong.append(f"{place}: {word} is nowhere in the results: {text!r}")

    def _between(self, key: str, least: float, most: float) -> list[str]:
        """What can be said of two measurements of one kind."""
        if not 0 < least < most:
            return []
        told = [self.tongue.tell(most - least, kind_of(key)), self.tongue.more(least, most, "s")]
        told.append(self.tongue.tell(1 - least / most, "percent"))
        return figures("; ".join(told))

    def tell(self, figure: Figure, kind: str) -> str:
        """A figure as a cell says it."""
        if figure.text:
            return figure.text
        if figure.value is None:
            return str(self.words["none"] if figure.offered else self.words["off"])
        if kind == "flag":
            return str(self.words["flag"][bool(figure.value)])
        return self.tongue.tell(figure.value, kind)

    def with_spread(self, figure: Figure, kind: str) -> list[str]:
        return [self.tell(figure, kind), *self.tongue.spread(figure.runs, kind)]

    # --- sentences ---

    def lead(self, key: str) -> tuple[list[str], list[str], str]:
        """Names and figures of the sentence on who is best, and what it says of the spread."""
        kind, known = COLUMNS[key], self.known(key)
        order = sorted(known, key=lambda name: known[name].value or 0)
        best = known[order[0]]
        winners = [name for name in order if known[name].value == best.value]
        others = order[len(winners) :]
        shown = [*others[:1], *others[1:][-1:]]  # the next, and the last
        told = self.with_spread(best, kind)
        for name in shown:
            value = known[name].value or 0
            told += [
                self.tongue.tell(value, kind),
                self.tongue.more(best.value or 0, value, kind),
            ]
        names, certainty = [*winners, *shown], ""
        where = [self.chosen[name] for name in (winners[0], *others[:1])]
        if key in ON_TARGET and len(set(where)) > 1:
            names, told = [*names, winners[0], others[0]], [*told, *where]
        if kind in ("s", "mib") and others:
            runs = [known[name].runs for name in (winners[0], others[0])]
            sure = max(runs[0], default=0) < min(runs[1], default=0)
            certainty = "once" if min(map(len, runs)) < 2 else "beyond" if sure else "within"
        return [*names, *self.unmeasured(key)], told, certainty

    def known(self, key: str) -> dict[str, Figure]:
        each = {name: self.figures[name][key] for name in self.built}
        return {name: figure for name, figure in each.items() if figure.value is not None}

    def unmeasured(self, key: str) -> list[str]:
        each = [(name, self.figures[name][key]) for name in self.built]
        return [name for name, figure in each if figure.value is None and figure.offered]

    def split(self, key: str) -> tuple[dict[str, list[str]], list[str]]:
        """Who has a property, who lacks it, of whom it is not known; and figures of the lack."""
        known = self.known(key)
        good = {name for name, figure in known.items() if bool(figure.value) != (key == "lint")}
        lacking = [name for name in known if name not in good]
        told: list[str] = []
        for name in lacking:
            files, size = truth.left(self.formats[name].get("targets", {}))
            if key == "lint":
                told.append(self.tongue.number(known[name].value or 0))
            elif key == "removal" and files + size:
                told += [self.tongue.number(files), self.tongue.tell(size, "bytes")]
        groups = {"having": [n for n in known if n in good], "not": lacking}
        return {**groups, "unknown": self.unmeasured(key)}, told

    def check_lead(self, key: str, names: list[str], text: str) -> None:
        wanted, told, certainty = self.lead(key)
        self.expect(key, text, *told)
        if names != wanted:
            self.wrong.append(f"{key}: names {names}, not {wanted}")
        for each in ("beyond", "within", "once"):
            if (self.words[each] in text) != (each == certainty):
                self.wrong.append(f"{key}: says of the spread: {text!r}, not {certainty!r}")

    def check_split(self, key: str, names: list[str], text: str) -> None:
        groups, told = self.split(key)
        self.expect(key, text, *told)
        if names != [name for group in groups.values() for name in group]:
            self.wrong.append(f"{key}: names {names}, not {groups}")
        for group in ("not", "unknown"):
            if (self.words[group] in text) != bool(groups[group]):
                self.wrong.append(f"{key}: {self.words[group]!r} in {text!r}, not {groups}")

    def problems(self) -> list[list[str]]:
        """What each sentence on something that failed or is missing is made of."""
        told = []
        for name, record in self.formats.items():
            if record["status"] != "ok":
                log = record.get("build", {}).get("log", "")
                told.append([name, brief(record.get("reason", "")), log])
            for key, target in record.get("targets", {}).items():
                if target["status"] == "failed":
                    failed = [each["log"] for each in target.get("steps", []) if not each["ok"]]
                    reason = brief(target.get("reason", ""))
                    told.append([name, key, reason, "".join(failed[:1])])
        return told

    def date(self) -> str:
        """Day, year and time of day of the build."""
        found = re.match(r"(\d+)-\d+-0?(\d+)T(\d+):(\d+)", self.results["project"]["built_at"])
        return " ".join(found.group(2, 1, 3, 4)) if found else ""

    def provenance(self) -> list[str]:
        project, host = self.results["project"], self.results.get("host", {})
        said = [
            project.get("commit", "")[:12],
            self.date(),
            host.get("os", ""),
            host.get("arch", ""),
        ]
        cpus = self.tongue.number(host["cpus"]) if host.get("cpus") else ""
        return [*said, cpus, *(host.get(key, "") for key in ("python", "docker", "shipways"))]

    def about(self, record: Record) -> list[str]:
        """What is said of a format beside its figures."""
        builder = record.get("builder") or {}
        told = [record.get("installs_on", ""), record.get("needs", "")]
        told += record.get("services", [])
        told += [builder.get(key, "") for key in ("tool", "version", "compression", "why")]
        for lint in record.get("lint", []):
            told += [lint["tool"], lint.get("version", ""), lint.get("skipped", "")]
            counts = [lint.get(key, 0) for key in ("errors", "warnings", "overridden")]
            told += [
                self.tongue.number(each) for each in counts if each and not lint.get("skipped")
            ]
        return told
