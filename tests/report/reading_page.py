"""Reads the page: where each figure stands, and that none stands where nothing explains it."""

from __future__ import annotations

import json
from xml.etree.ElementTree import Element

from tests.report import figures_of as truth
from tests.report.figures_of import COLUMNS, Record, figures
from tests.report.reading import LEADS, SPLITS, brief
from tests.report.reading_changes import Changes
from tests.report.reading_formats import Formats
from tests.report.reading_html import Tree, one, text_of
from tests.report.reading_pictures import Pictures
from tests.report.reading_rest import Rest


class Page(Pictures, Formats, Changes, Rest):
    """A report as HTML."""

    def check(self, source: str, before: Record | None = None) -> list[str]:
        """Everything that is wrong with the page in this language; `before` is its baseline."""
        (main,) = [node for node in Tree(source).root.iter("main")
                   if node.get("lang") == self.language]  # fmt: skip
        self._head(main)
        self._found(main)
        if self.formats:
            self._table(main)
            self._chooser(main)
            pictures = [*main.iter("figure")]
            self.seen.update(pictures)
            self.check_pictures(pictures)
            for name in self.formats:
                self.check_format(main, name)
        if before:
            self.check_changes(main, before)
        self.check_claims(main)
        self.check_bases(main)
        self.unexplained(main, "")
        return self.wrong

    def _head(self, main: Element) -> None:
        project = self.results["project"]
        self.expect("title", self.take(one(main, "h1")), project["name"], project["version"])
        lead = self.take(one(main, "p[@class='lead']"))
        self.expect("lead", lead, project.get("summary", ""))
        self.expect(
            "provenance", self.take(one(main, "p[@class='provenance']")), *self.provenance()
        )

    def _found(self, main: Element) -> None:
        kinds = []
        for node in main.iter("div"):
            if key := node.get("data-finding"):
                kinds.append(key)
                names = [text_of(link) for link in node.iter("a")]
                check = self.check_lead if key in LEADS else self.check_split
                check(key, names, self.take(one(node, "dd")))
        wanted = [key for key in LEADS if self.known(key)]
        wanted += [key for key in SPLITS if key in self.columns and self.known(key)]
        if kinds != wanted:
            self.wrong.append(f"findings {kinds}, not {wanted}")
        items = [
            node for each in main.iter("ul") if each.get("class") == "problems" for node in each
        ]
        if len(items) != len(self.problems()):
            self.wrong.append(f"{len(items)} problems, not {len(self.problems())}")
        for node, parts in zip(items, self.problems(), strict=False):
            self.expect("problem", self.take(node), *parts)

    def _table(self, main: Element) -> None:
        (table,) = [node for node in main.iter("table") if node.get("class") == "figures"]
        marks = {
            key: truth.extremes(self.known(key)) for key in self.columns if key in truth.RANKED
        }
        rows = one(table, "tbody")
        for row, name in zip(rows, self.formats, strict=True):
            self.expect(name, self.take(row[0]), name, self.chosen[name])
            if name not in self.built:
                record = self.formats[name]
                log = record.get("build", {}).get("log", "")
                self.expect(name, self.take(row[1]), brief(record.get("reason", "")), log)
                continue
            for cell, key in zip(row[1:], self.columns, strict=True):
                self._cell(cell, name, key, marks.get(key, {}).get(name, ""))
        for note in main.iter("p"):
            if note.get("class") == "note":
                self.expect(
                    "note", self.take(note), *self.platforms() * bool(figures(text_of(note)))
                )

    def _cell(self, cell: Element, name: str, key: str, mark: str) -> None:
        figure = self.figures[name][key]
        shown = self.tell(figure, COLUMNS[key])
        wanted = f"{shown}{self.words[mark] if mark else ''}"
        text = self.take(cell)
        self.explained += len(figures(text))
        if text != wanted:
            self.wrong.append(f"{name}, {key}: {text!r}, not {wanted!r}")
        value = cell.get("data-value")
        if (float(value) if value else None) != figure.value:
            self.wrong.append(f"{name}, {key}: sorts by {value}, not {figure.value}")

    def platforms(self) -> list[str]:
        found: dict[str, list[str]] = {}
        for name, record in self.formats.items():
            platform = record.get("targets", {}).get(self.chosen[name], {}).get("platform", "")
            if platform:
                found.setdefault(platform, []).append(name)
        return [word for platform, names in found.items() for word in (platform, *names)]

    def _chooser(self, main: Element) -> None:
        """Reasons quote the results; what ranks the formats is told as in the table."""
        for table in main.iter("table"):
            if table.get("class") == "data reasons":
                for row, name in zip(one(table, "tbody"), self.formats, strict=True):
                    self.among(f"{name}, answers", self.take(row), [name, self.formats[name]])
        for script in main.iter("script"):
            for each in json.loads(self.take(script))["formats"]:
                for key, (value, shown) in each["ranks"].items():
                    figure = self.figures[each["name"]][key]
                    self.expect(f"{each['name']}, ranks", shown, self.tell(figure, COLUMNS[key]))
                    if value != figure.value:
                        self.wrong.append(f"{each['name']}: ranks by {value}, not {figure.value}")
