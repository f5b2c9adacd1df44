"""Reads the Markdown: sentences, table and commands, with the same figures as the page's."""

from __future__ import annotations

import re

from tests.report import figures_of as truth
from tests.report.figures_of import COLUMNS
from tests.report.reading import LEADS, SPLITS, Reader


class Markdown(Reader):
    """A report as Markdown."""

    def check(self, source: str) -> list[str]:
        """Everything that is wrong with it in this language."""
        head, *parts = re.split(r"^## ", source, flags=re.M)
        project = self.results["project"]
        self.expect("head", plain(head), project["name"], project["version"], *self.provenance())
        kinds = [key for key in LEADS if self.known(key)]
        kinds += [key for key in SPLITS if key in self.columns and self.known(key)]
        if kinds:
            self._found(parts.pop(0), kinds)
        if self.problems():
            self._problems(parts.pop(0))
        if self.formats:
            self._table(parts.pop(0))
        for name in self.formats:
            self._format(name, parts.pop(0))
        claims = self.results.get("claims", [])
        rows = [row for claim in claims for row in claim.get("measurement", {}).values()]
        rows += [base for each in self.formats.values() for base in each.get("bases", {}).values()]
        for part in parts:
            told = {str(place): row for place, row in enumerate(rows)}
            self.sentence("the rest", plain(part), told, [self.results])
        return self.wrong

    def _found(self, part: str, kinds: list[str]) -> None:
        for line, key in zip(bullets(part), kinds, strict=True):
            names = re.findall(r"\*\*(.+?)\*\*", line)
            check = self.check_lead if key in LEADS else self.check_split
            check(key, names, plain(line))

    def _problems(self, part: str) -> None:
        for line, parts in zip(bullets(part), self.problems(), strict=True):
            self.expect("problem", plain(line), *parts[:-1])

    def _table(self, part: str) -> None:
        rows = re.findall(r"^\| \*\*.*\|$", part, re.M)
        for row, name in zip(rows, self.formats, strict=True):
            cells = re.split(r"(?<!\\) ?\| ?", row)[1:-1]
            if plain(cells[0]) != name:
                self.wrong.append(f"{name}: row of {cells[0]}")
            for cell, key in zip(cells[1:], self.columns, strict=True):
                self._cell(name, key, cell)

    def _cell(self, name: str, key: str, cell: str) -> None:
        figure = self.figures[name][key]
        if name not in self.built and figure.value is None and not figure.text:
            self.expect(f"{name}, {key}", cell)
            return
        marks = truth.extremes(self.known(key)) if key in truth.RANKED else {}
        told = self.tell(figure, COLUMNS[key])
        self.explained += 1
        if plain(cell) != told or cell.startswith("**") != (marks.get(name) == "best"):
            self.wrong.append(f"{name}, {key}: {cell!r}, not {told!r}")

    def _format(self, name: str, part: str) -> None:
        record = self.formats[name]
        title, _line, rest = part.partition("\n")
        self.expect(name, plain(title), name, record.get("title", ""))
        text, *steps = re.split(r"^### .*\n", rest, flags=re.M)
        reason = "" if name in self.built else record.get("reason", "").split("\n")[0]
        self.expect(f"{name}, facts", plain(text), reason, *self.about(record))
        typed = [code for step in steps for code in re.findall(r"```sh\n(.*?)\n```", step, re.S)]
        wanted = [step["command"] for step in record.get("steps", [])]
        self.explained += len(wanted)
        if typed != wanted:
            self.wrong.append(f"{name}: types {typed}, not {wanted}")
        whys = [re.sub(r"```sh\n.*?\n```", "", step, flags=re.S) for step in steps]
        told = [step.get("why", "") for step in record.get("steps", [])]
        self.expect(f"{name}, reasons", plain("; ".join(whys)), *told)


def bullets(part: str) -> list[str]:
    return re.findall(r"^- (.*)$", part, re.M)


def plain(text: str) -> str:
    """The text without its marks."""
    bare = re.sub(r"(?<!\\)\*\*", "", text)
    return re.sub(r"\\(.)", r"\1", bare).replace("&lt;", "<").replace("&amp;", "&").strip()
