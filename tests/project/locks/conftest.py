"""Projects as the tools left them: `data/` holds a small one a tool, with the lock that it made.

pebble is a distribution of no index, from a repository of which the locks name a commit.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shipways.project.locks.base import Locked

DATA = Path(__file__).parent / "data"
COMMIT = "54c5f292ff22a0027b6d3f56d2c8f49490f1ee98"
PEBBLE = f"git+https://git.example.org/pebble@{COMMIT}"
COMMON = {
    "asgiref", "beautifulsoup4", "django", "html5lib", "idna", "iniconfig", "pebble", "six",
    "soupsieve", "sqlparse", "typing-extensions", "webencodings",
}  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a project by its tool's name; it may be changed."""
    return lambda tool: Path(shutil.copytree(DATA / tool, tmp_path / tool))


def names(locked: Locked) -> set[str]:
    return {pin.name for pin in locked.pins}


def markers(locked: Locked) -> dict[str, str]:
    """Of each pin that has one, by name and version."""
    return {f"{pin.name} {pin.version}": pin.marker for pin in locked.pins if pin.marker}


def origins(locked: Locked) -> dict[str, str]:
    return {pin.name: pin.origin.reference for pin in locked.pins if pin.origin}


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
