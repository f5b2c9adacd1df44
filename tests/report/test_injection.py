"""Text from a project's metadata stays text, whatever it says."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from shipways.report import render, show, summarise
from shipways.report.markdown import INK
from shipways.results import ClaimRecord, Results

EVIL = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "a|b\n| c | d |",
    "`x` ![y](z) **b** [l](javascript:alert(1))",
    "{{ 7*7 }}{% raw %}%(name)s {0}",
    "[bold red]x[/bold red]",
    "]]> --> */ \\",
)
TOGETHER = ("".join(EVIL[:3]), "".join(EVIL[3:]))  # a page takes a while to read


def poisoned(results: Results, evil: str) -> Results:
    """The results with all that is free text replaced, and formats and targets renamed."""

    def poison(data: Any, key: str = "") -> Any:
        if isinstance(data, dict):
            renamed = key in ("formats", "targets", "contents", "probes", "notes", "measurement")
            return {
                f"{name}{evil}" if renamed else name: poison(value, name)
                for name, value in data.items()
            }
        if isinstance(data, list):
            return [poison(value, key) for value in data]
        keep = key in ("status", "phase", "id", "verdict", "family") or not isinstance(data, str)
        return data if keep else evil

    poisoned = msgspec.convert(poison(msgspec.to_builtins(results)), Results)
    poisoned.claims.append(
        ClaimRecord(id=evil, text=evil, verdict=evil, measurement={evil: {evil: evil}})
    )
    return poisoned


@pytest.fixture(scope="module")
def clean(
    golden: Callable[[str], Results],
    read_page: Callable[[Path], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    return read_page(render(golden("all"), tmp_path_factory.mktemp("dist"))[1])


@pytest.mark.parametrize("evil", TOGETHER)
def test_html(
    evil: str,
    clean: Any,
    golden: Callable[[str], Results],
    read_page: Callable[[Path], Any],
    tmp_path: Path,
) -> None:
    page = read_page(render(poisoned(golden("all"), evil), tmp_path)[1])
    tags = {tag for tag, _, _ in page.elements}
    assert tags <= {tag for tag, _, _ in clean.elements}
    assert len(page.find("script")) == len(clean.find("script"))
    assert not [
        name for _, attributes, _ in page.elements for name in attributes if name[:2] == "on"
    ]
    assert not [link for link in page.attributes("href") if "javascript" in link]
    assert "7*7" not in evil or "49" not in page.find("h1")[0][1]


@pytest.mark.parametrize("evil", TOGETHER)
def test_markdown(evil: str, golden: Callable[[str], Results], tmp_path: Path) -> None:
    results = poisoned(golden("all"), evil)
    text = render(results, tmp_path)[0].read_text("utf-8")
    prose = re.sub(r"^(`{3,})sh\n.*?\n\1$", "", text, flags=re.S | re.M)
    assert not re.search(r"<(?!br)", prose)
    assert not re.search(r"(?<!\\)(\[|\]|`)", prose)
    for table in re.findall(r"(?:^\|.*\|$\n?)+", prose, re.M):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1
    assert "<script" not in summarise(golden("all"), results)


@pytest.mark.parametrize("evil", EVIL)
def test_terminal(evil: str, golden: Callable[[str], Results]) -> None:
    console = Console(file=io.StringIO(), record=True, width=2000)
    show(poisoned(golden("all"), evil), console)
    assert evil.splitlines()[0] in console.export_text()


def test_a_fence_is_longer_than_any_inside() -> None:
    assert INK.code("a ```` b") == "`````sh\na ```` b\n`````"
