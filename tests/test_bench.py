"""The bench: a part that fails takes no other with it, and says so in the exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench.figure import Figure


def good(_sample: Path, _work: Path) -> Iterator[Figure]:
    yield Figure("speed", 1, 2, "s", "measured")


def half(_sample: Path, _work: Path) -> Iterator[Figure]:
    yield Figure("measured before", 1, 2, "s", "measured")
    raise ValueError("the tool broke")


def test_parts_do_not_lose_one_another(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "PARTS", {"first": half, "second": good})
    monkeypatch.setattr(sys, "argv", ["bench"])
    assert bench.main() == 1
    said = capsys.readouterr()
    assert "measured before" in said.out
    assert "speed" in said.out
    assert "first failed: ValueError('the tool broke')" in said.err
    monkeypatch.setattr(sys, "argv", ["bench", "second"])
    assert bench.main() == 0
