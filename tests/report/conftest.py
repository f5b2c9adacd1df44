"""Results to render: the golden files, and small ones made to measure."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from shipways.results import (
    BuildFigures,
    File,
    FormatRecord,
    Host,
    ProjectRecord,
    Results,
    StepRecord,
    TargetRecord,
    load,
)

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def golden() -> Callable[[str], Results]:
    """Reads a golden file by its name."""

    def read(name: str) -> Results:
        results = load(GOLDEN / f"{name}.json")
        assert results
        return results

    return read


def _format(
    size: int | None = None,
    runs: list[float] | None = None,
    commands: tuple[str, ...] = (),
    **targets: TargetRecord,
) -> FormatRecord:
    runs = runs or []
    return FormatRecord(
        status="ok",
        artifacts=[File(path="a.deb", sha256="0" * 64, bytes=size)] if size is not None else [],
        build=BuildFigures(warm_s=sorted(runs)[len(runs) // 2] if runs else None, runs=runs),
        steps=[StepRecord(phase="install", command=command) for command in commands],
        targets=targets,
    )


@pytest.fixture
def make_format() -> Callable[..., FormatRecord]:
    """Makes a format from an artifact's size, warm runs, commands and targets."""
    return _format


@pytest.fixture
def make_results() -> Callable[..., Results]:
    """Makes results from formats by name."""

    def make(**formats: FormatRecord) -> Results:
        return Results(
            project=ProjectRecord(name="notes", version="1.0.0"),
            host=Host(os="Debian 12", arch="x86_64", cpus=2),
            formats={name.replace("_", "-"): record for name, record in formats.items()},
        )

    return make


class Page(HTMLParser):
    """A page as a test reads it: its elements with their attributes and text, tags balanced."""

    VOID = ("meta", "link", "input", "br")

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self.feed(source)
        self.close()
        assert not self._open, f"never closed: {self._open[-1][0]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element: tuple[str, dict[str, str], list[str]] = (
            tag,
            {name: value or "" for name, value in attrs},
            [],
        )
        self.elements.append(element)
        if tag not in self.VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        element = self._open.pop()
        assert element[0] == tag, f"<{element[0]}> closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        for _tag, _attributes, text in self._open:
            text.append(data)

    def find(self, tag: str = "", **wanted: str) -> list[tuple[dict[str, str], str]]:
        """Attributes and text of all elements of this tag that have these attributes."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
        return [
            (attributes, " ".join("".join(text).split()))
            for name, attributes, text in self.elements
            if tag in ("", name) and wanted.items() <= attributes.items()
        ]

    def attributes(self, name: str) -> list[str]:
        """All values of an attribute."""
        return [attributes[name] for _tag, attributes, _text in self.elements if name in attributes]


@pytest.fixture(scope="session")
def read_page() -> Callable[[Path], Page]:
    """Reads a page from its file."""
    return lambda path: Page(path.read_text("utf-8"))
