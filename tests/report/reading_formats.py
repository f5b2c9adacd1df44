"""Reads what is told of each format: facts, commands, where its figures come from, its targets."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from tests.report import figures_of as truth
from tests.report.figures_of import COLUMNS, Figure, Record, figures
from tests.report.reading import ON_TARGET, brief
from tests.report.reading_html import Html, flat, one, text_of

HELP = {"first_response_s": ["200"], "exposure": ["0", "10"]}  # figures in the help of a column


class Formats(Html):
    """What each format's article must say."""

    def check_format(self, main: Element, name: str) -> None:
        record = self.formats[name]
        (article,) = [
            node for node in main.iter("article") if text_of(one(node, "h3")).split()[0] == name
            and "format" in node.get("class", "")
        ]  # fmt: skip
        self.expect(name, self.take(one(article, "h3")), name, record.get("title", ""))
        for node in article.findall("p"):
            if "problem" in node.get("class", ""):
                log = record.get("build", {}).get("log", "")
                self.expect(name, self.take(node), record.get("reason", ""), log)
        self._facts(one(article, "dl"), name)
        self._steps(article, name)
        for node in article.iter("details"):
            if node.get("class") == "evidence":
                self._evidence(node, name)
            elif node.get("class") == "targets":
                self._targets(node, name)
            elif not node.get("class"):
                self.take(one(node, "summary"))

    def _facts(self, facts: Element, name: str) -> None:
        record = self.formats[name]
        files = [
            (file["path"], self.tongue.tell(file["bytes"], "bytes"))
            for file in record.get("artifacts", [])
        ]
        sbom = (record.get("sbom") or {}).get("path", "")
        self.expect(f"{name}, facts", self.take(facts), *self.about(record), *flat(files), sbom)

    def _steps(self, article: Element, name: str) -> None:
        typed, whys = [], []
        for node in article.iter():
            if node.get("class") == "why":
                whys.append(self.take(node))
            if node.get("class") == "command":
                self.take(node)
                typed.append(text_of(one(node, ".//code")))
        steps = self.formats[name].get("steps", [])
        wanted = [step["command"].removeprefix("$ ") for step in steps]
        self.expect(f"{name}, reasons", "; ".join(whys), *(s.get("why", "") for s in steps))
        self.explained += len(figures("\n".join(wanted)))
        if typed != wanted:
            self.wrong.append(f"{name}: types {typed}, not {wanted}")

    def _evidence(self, details: Element, name: str) -> None:
        self.take(one(details, "summary"))
        for item in one(details, "dl"):
            key = item.get("id", "").rpartition("-")[2]
            figure, kind = self.figures[name][key], COLUMNS[key]
            self.expect(f"{name}, {key}", self.take(item[0]), self.tell(figure, kind))
            self.take(item)
            first, *rest = item[1]
            exact = self._exact(name, key, figure)
            target = self._source(name, key)
            self.expect(f"{name}, {key}", text_of(first), *HELP.get(key, []), *exact, *target)
            said = [text_of(node).strip() for node in rest if node.find("code") is None]
            if len(set(said)) < len(said):
                self.wrong.append(f"{name}, {key}: says something twice: {said}")
            for node in rest:
                self._origin(name, key, node, figure)

    def _exact(self, name: str, key: str, figure: Figure) -> list[str]:
        """Figures beside the figure, and all digits of a size."""
        record, kind = self.formats[name], COLUMNS[key]
        build, target = record.get("build", {}), self.installed(name)
        exact = [self.tongue.number(figure.value or 0)] if kind == "bytes" else []
        exact += self.tongue.spread(figure.runs, kind)
        left = truth.left(record.get("targets", {}))
        if key == "removal" and any(left):
            exact = [self.tongue.number(left[0]), self.tongue.tell(left[1], "bytes")]
        overridden = sum(each.get("overridden", 0) for each in record.get("lint", []))
        beside: dict[str, list[tuple[float | None, str]]] = {
            "artifact_bytes": [(record["artifacts"][0].get("installed_bytes"), "bytes")]
            if key == "artifact_bytes" else [],
            "warm_s": [(build.get("tool_s"), "s"), (build.get("cpu_s"), "s")],
            "lint": [(overridden or None, "count")],
            "commands": [(self._prerequisites(record, target) or None, "count")],
        }  # fmt: skip
        told = [self.tongue.tell(v, kind) for v, kind in beside.get(key, []) if v is not None]
        return [*exact, *told]

    def _prerequisites(self, record: Record, target: Record) -> int:
        if "commands" in target:
            return int(target.get("prerequisites", 0))
        return sum(step["phase"] == "prerequisite" for step in record.get("steps", []))

    def _source(self, name: str, key: str) -> list[str]:
        """Where or by what it was measured; of phases, the target that decided."""
        record = self.formats[name]
        if key in ("artifact_bytes", "cold_s", "warm_s", "peak_mib", "reproducible"):
            builder = record.get("builder") or {}
            return [builder.get("tool", ""), builder.get("version", "")]
        if key == "lint":
            ran = [each for each in record["lint"] if not each.get("skipped")]
            return flat((each["tool"], each.get("version", "")) for each in ran)
        if key == "passed":
            return []
        if key not in ("upgrade", "rollback", "removal"):
            return [self.chosen[name]]
        phases = ("remove", "purge", "residue") if key == "removal" else (key,)
        went = {
            target: all(each.get("lifecycle", {}).get(phase) is not False for phase in phases)
            for target, each in record["targets"].items()
            if any(isinstance(each.get("lifecycle", {}).get(phase), bool) for phase in phases)
        }
        return [next((name for name, good in went.items() if not good), next(iter(went)))]

    def _origin(self, name: str, key: str, node: Element, figure: Figure) -> None:
        """Runs are those of the figure; commands, logs, files and notes are in the results."""
        text, record = text_of(node), self.formats[name]
        if node.find("code") is None and node.find("a") is None and ": " in text and figure.runs:
            runs = [self.tongue.tell(run, COLUMNS[key]) for run in figure.runs]
            self.expect(f"{name}, {key}, runs", text, *runs)
        elif (digest := node.find("small")) is not None:
            self.verbatim(f"{name}, {key}", text_of(digest).removeprefix("SHA-256 "), record)
            self.verbatim(f"{name}, {key}", text_of(node[0]), record)
        elif node.find("a") is not None and one(node, "a").get("href", "").startswith("#"):
            self.expect(f"{name}, {key}", text)
        elif key == "artifact_bytes" and node.find("span") is None and node.find("a") is None:
            parts = sorted(record["contents"].items(), key=lambda part: -part[1])[:5]
            told = flat((part, self.tongue.tell(size, "bytes")) for part, size in parts)
            self.expect(f"{name}, parts", text, *told)
        elif key == "passed":
            self.verbatim(f"{name}, {key}", text.rpartition(": ")[0], [*record["targets"]])
        else:
            self.verbatim_or_log(f"{name}, {key}", text, record, len(figure.runs))

    def verbatim_or_log(self, place: str, text: str, record: Record, runs: int) -> None:
        """A string of the results, or the log of such a phase beside one that is named there."""
        beside = {each.rpartition("/")[0] for each in truth.strings(record) if "logs/" in each}
        names = ["hardening.log", "offline.log", *(f"install-{n}.log" for n in range(2, runs + 1))]
        folder, _slash, name = text.strip().rpartition("/")
        if folder in beside and name in names:
            self.explained += len(figures(text))
        else:
            self.verbatim(place, text, record)

    def _targets(self, details: Element, name: str) -> None:
        self.take(one(details, "summary"))
        self.take(one(details, "div"))
        rows = [*one(one(details, ".//table"), "tbody")]
        plain = [row for row in rows if row.get("class") != "more"]
        more = iter([row for row in rows if row.get("class") == "more"])
        for row, (key, target) in zip(plain, self.formats[name]["targets"].items(), strict=True):
            shown = [
                self.tongue.tell(target[each], COLUMNS[each])
                for each in ON_TARGET
                if each in target
            ]
            head = [key, target.get("platform", ""), brief(target.get("reason", ""))]
            self.expect(f"{name} on {key}", text_of(row), *head, *shown)
            if target.get("lifecycle") or target.get("steps"):
                self._life(next(more)[0], f"{name} on {key}", target)

    def _life(self, cell: Element, place: str, target: Record) -> None:
        lived, seconds = target.get("lifecycle", {}), target.get("phase_s", {})
        told = []
        for phase in lived:
            if phase == "residue" and "residue_files" in target:
                told += [self.tongue.number(target["residue_files"])]
                told += [self.tongue.tell(target.get("residue_bytes", 0), "bytes")]
            told += [self.tongue.tell(seconds[phase], "s")] if phase in seconds else []
        self.expect(place, cell.text or "", *told)
        notes = [text_of(node) for node in cell.iter("dd")]
        wanted = [target.get("notes", {}).get(phase, "") for phase in lived]
        for note in notes:
            self.verbatim(place, note, wanted)
        items = [*cell.iter("li")]
        if len(items) != len(target.get("steps", [])):
            self.wrong.append(f"{place}: {len(items)} commands, not {len(target['steps'])}")
        for item, step in zip(items, target.get("steps", []), strict=False):
            took = self.tongue.tell(step["seconds"], "s")
            self.expect(place, text_of(item), step["command"], took, step.get("log", ""))
