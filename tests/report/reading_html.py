"""What reading a page needs: its tree of elements, and which of them are explained."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, SubElement

from tests.report.figures_of import Record, figures, has_run
from tests.report.reading import Reader


class Tree(HTMLParser):
    """A page as a tree of elements."""

    VOID = ("meta", "link", "input", "br")
    APART = ("td", "th", "p", "dt", "dd", "li", "div", "span", "h3")  # what is shown apart

    def __init__(self, source: str) -> None:
        super().__init__()
        self.root = Element("page")
        self._open = [self.root]
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = SubElement(self._open[-1], tag, {name: value or "" for name, value in attrs})
        if tag not in self.VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        node = self._open.pop()
        node.tail = " " if tag in self.APART else ""

    def handle_data(self, data: str) -> None:
        last = self._open[-1]
        if len(last):
            last[-1].tail = (last[-1].tail or "") + data
        else:
            last.text = (last.text or "") + data


def text_of(node: Element) -> str:
    return "".join(node.itertext())


def one(node: Element, path: str) -> Element:
    found = node.find(path)
    assert found is not None, path
    return found


def flat(rows: Iterable[Iterable[str]]) -> list[str]:
    return [part for row in rows for part in row]


class Html(Reader):
    """A report whose elements are explained one by one."""

    @cached_property
    def seen(self) -> set[Element]:
        """Elements whose figures are explained."""
        return set()

    def take(self, node: Element) -> str:
        self.seen.add(node)
        return text_of(node)

    def installed(self, name: str) -> Record:
        """The target that stands for a format, where it was installed there."""
        target: Record = self.formats[name].get("targets", {}).get(self.chosen[name], {})
        return target if target and has_run(target) else {}

    def unexplained(self, node: Element, path: str) -> None:
        """No figure stands where nothing was expected."""
        if node in self.seen or node.tag in ("style", "option"):
            return
        here = f"{path}/{node.tag}"
        for text in (node.text, *(child.tail for child in node)):
            if text and figures(text):
                self.wrong.append(f"{here}: nothing explains {text.strip()!r}")
        for child in node:
            self.unexplained(child, here)
