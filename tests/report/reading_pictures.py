"""Reads the pictures: their tables, the labels and tooltips in the drawing, the words for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from tests.report import figures_of as truth
from tests.report.figures_of import COLUMNS, figures
from tests.report.reading_html import Html, flat, one, text_of

PARTS = ("app", "dependencies", "interpreter", "system")


class Pictures(Html):
    """What each picture must show."""

    def check_pictures(self, pictures: Iterable[Element]) -> None:
        wanted = self.pictures()
        for picture in pictures:
            key = picture.get("class", "").removeprefix("picture-")
            rows, drawn = wanted.pop(key)
            table = one(one(picture, ".//table"), "tbody")
            if len(table) != len(rows):
                self.wrong.append(f"{key}: {len(table)} rows, not {len(rows)}")
            for row, parts in zip(table, rows, strict=False):
                self.expect(key, text_of(row), *parts)
            self._drawing(key, picture, drawn)
            longest = max((sum(row[0] == name for row in rows) for name in self.built), default=0)
            steps = [str(place) for place in range(1, longest)] if key == "timeline" else []
            legend = "; ".join(text_of(node) for node in picture.iter("li"))
            self.expect(f"{key}, legend", legend, *steps)
        if wanted:
            self.wrong.append(f"no picture of {[*wanted]}")

    def _drawing(self, key: str, picture: Element, drawn: dict[str, list[str]]) -> None:
        """Its labels, its tooltips and its text alternative hold what they should, each once."""
        (image,) = [node for node in picture.iter("div") if node.get("role") == "img"]
        said = {"words": figures(image.get("aria-label", "")), "labels": [], "tips": []}
        for group in image.iter("g"):
            if not group.get("class", "").startswith("series"):
                continue
            said["labels"] += [
                word for node in group.iter("text") for word in figures(text_of(node))
            ]
            said["tips"] += [
                word for node in group.iter("title") for word in figures(text_of(node))
            ]
        for part, parts in drawn.items():
            told = [word for each in parts for word in figures(each)]
            self.explained += len(told)
            if sorted(said[part]) != sorted(told):
                self.wrong.append(f"{key}, {part}: {sorted(said[part])}, not {sorted(told)}")

    def pictures(self) -> dict[str, tuple[list[list[str]], dict[str, list[str]]]]:
        """By picture: the rows of its table, and what its drawing says."""
        found = {}
        for keys in (("artifact_bytes", "transfer_bytes"), ("cold_s", "warm_s")):
            drawn = [key for key in keys if self.known(key)]
            names = [name for name in self.built if any(name in self.known(key) for key in drawn)]
            if names:
                found["-".join(drawn)] = self._bars(names, drawn)
        run = [name for name in self.built if self.installed(name)]
        if known := [name for name in run if self.installed(name).get("breakdown")]:
            found["footprint"] = self._footprints(known)
        if known := [name for name in run if "first_response_s" in self.installed(name)]:
            found["timeline"] = self._timelines(known)
        if (
            len(
                known := [
                    name for name in run if all(name in self.known(key) for key in truth.SIZES)
                ]
            )
            > 1
        ):
            cells = [[self._shown(name, key) for key in truth.SIZES] for name in known]
            rows = [[name, *row] for name, row in zip(known, cells, strict=True)]
            found["scatter"] = rows, {"words": flat(rows), "labels": known}
        return found

    def _shown(self, name: str, key: str) -> str:
        return self.tell(self.figures[name][key], COLUMNS[key])

    def _bars(self, names: list[str], keys: Sequence[str]) -> Any:
        rows = [
            [name, *flat(self.with_spread(self.figures[name][k], COLUMNS[k]) for k in keys)]
            for name in names
        ]
        shown = [self._shown(name, key) for name in names for key in keys]
        return rows, {"words": [*names, *shown], "labels": shown, "tips": shown}

    def _footprints(self, names: list[str]) -> Any:
        parts = [[self.installed(n)["breakdown"].get(part, 0) for part in PARTS] for n in names]
        told = [[self.tongue.tell(size, "bytes") for size in sizes] for sizes in parts]
        total = [self.tongue.tell(sum(sizes), "bytes") for sizes in parts]
        rows = [[n, *each, all_] for n, each, all_ in zip(names, told, total, strict=True)]
        return rows, {"words": flat(rows), "labels": total, "tips": [*flat(told), *total]}

    def _timelines(self, names: list[str]) -> Any:
        rows: list[list[str]] = []
        tips, totals = [], []
        for name in names:
            target, begin = self.installed(name), 0.0
            total = [*target.get("first_response_runs", []), target["first_response_s"]][0]
            for step in truth.first_install(target):
                took = self.tongue.tell(step["seconds"], "s")
                rows.append([name, step["command"], self.tongue.tell(begin, "s"), took])
                tips += [step["command"], took]
                begin += step["seconds"]
            wait = self.tongue.tell(max(0.0, total - begin), "s")
            rows.append([name, self.tongue.tell(begin, "s"), wait])
            totals.append(self.tongue.tell(total, "s"))
            tips.append(wait)
        words = flat(zip(names, totals, strict=True))
        return rows, {"words": words, "labels": totals, "tips": [*tips, *totals]}
