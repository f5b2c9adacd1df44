"""Reads what a page says about an earlier run: what was, what is, and by how much they differ."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from tests.report.figures_of import COLUMNS, RANKED, Figure, Record, figures, read, reference
from tests.report.reading_html import Html, text_of

SAMPLED = ("s", "mib")  # kinds that say nothing about another machine


class Changes(Html):
    """A page that was made with a baseline."""

    def check_changes(self, main: Element, before: Record) -> None:
        """Each row is one figure of both runs; together with the steady ones they are all."""
        known = self.pairs(before)
        tables = [node for node in main.iter("table") if node.get("class") == "data changes"]
        rows = [row for table in tables for row in self._body(table)]
        for row in rows:
            self._change(row, known)
        commit = before["project"].get("commit", "")[:12] or before["project"]["version"]
        for heading in main.iter("h3"):
            if heading.get("id", "").endswith("-changes"):
                self.expect("since", self.take(heading), commit)
        for place, item in enumerate(self._notes(main)):
            count = [self.tongue.number(len(known) - len(rows))] if not place else []
            self.expect("notes", self.take(item), *count)

    def _body(self, table: Element) -> list[Element]:
        self.take(table)
        return [row for body in table.iter("tbody") for row in body]

    def _notes(self, main: Element) -> list[Element]:
        lists = [
            after
            for section in main.iter("section")
            for after in section.findall("ul")
            if not after.get("class") and "found" in section.get("aria-labelledby", "")
        ]
        return [item for each in lists for item in each]

    def pairs(self, before: Record) -> list[tuple[str, str, Figure, Figure]]:
        """Format, column, and both figures: of all that was measured in both runs."""
        old, chosen = before["formats"], reference(before["formats"])
        machine = [
            [run.get("host", {}).get(key) for key in ("os", "arch", "cpus")]
            for run in (before, self.results)
        ]
        found = []
        for name in self.built:
            if old.get(name, {}).get("status") != "ok":
                continue
            was = read(old[name], chosen[name])
            for key, kind in COLUMNS.items():
                now = self.figures[name][key]
                compared = key in RANKED or kind == "flag"
                if kind in SAMPLED and machine[0] != machine[1]:
                    continue
                if compared and None not in (was[key].value, now.value):
                    found.append((name, key, was[key], now))
        return found

    def _change(self, row: Element, known: list[tuple[str, str, Figure, Figure]]) -> None:
        name, _title, was, now, told = (text_of(cell).strip() for cell in row)
        share = figures(told)[0] if figures(told) else ""
        for format_id, key, old, new in known:
            kind = COLUMNS[key]
            if (format_id, self.tell(old, kind), self.tell(new, kind)) == (name, was, now):
                change = abs((new.value or 0) / old.value - 1) if old.value else 0
                if kind == "flag" or figures(self.tongue.tell(change, "percent")) == [share]:
                    self.explained += 3
                    return
        self.wrong.append(f"{name}: no figure went from {was} to {now}, {told}")
