"""Unit tests are blocked from processes and sockets; what needs the real thing says so."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from pytest_socket import disable_socket, enable_socket

SLOW = ("browser", "acceptance")  # folders, in the order of running, after the units
FREE = ("process", "acceptance", "browser")
FAST_TIMEOUT_S = 120  # what a fast test may take; others have the limit of pyproject.toml
PYPROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "Notes-App"
version = "1.2.0"
description = "Notes that a team shares"
readme = "README.md"
license = "MIT"
requires-python = ">=3.10"
dependencies = ["django>=4.2"]
[project.scripts]
notes = "notes.cli:main"
[project.urls]
Homepage = "https://notes.example.org"

[tool.setuptools]
packages = ["notes"]

[tool.shipways]
wsgi = "notes.wsgi:application"
settings = "notes.settings"
command = "notes"
state-dir-variable = "NOTES_STATE_DIR"
bind-variable = "NOTES_BIND"
maintainer = "Ada Lovelace <ada@example.org>"

[[tool.shipways.environment]]
name = "NOTES_HOSTS"
default = "localhost"
help = "Host names that the site answers to."
"""


def pytest_configure() -> None:
    """Hear Ctrl-C also where whoever started the tests ignores it, as a shell's `&` does.

    What ignores it hands that on to all that it starts, and a shell cannot take it back.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is below tests/browser and tests/acceptance, and run the fast tests first."""
    for item in items:
        slow = [folder for folder in SLOW if folder in item.path.parts]
        for folder in slow:
            item.add_marker(folder)
        if not slow and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(FAST_TIMEOUT_S))
    items.sort(key=lambda item: [folder in item.path.parts for folder in reversed(SLOW)])


@pytest.fixture(autouse=True)
def _no_outside(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An unmarked test that starts a process or opens a socket fails, and says why."""
    if any(request.node.get_closest_marker(name) for name in FREE):
        yield
        return

    def refuse(*arguments: object, **_: object) -> NoReturn:
        pytest.fail(f"a unit test started a process: {arguments[1:]}; mark it `process`")

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A small project that shipways can ship, outside any checkout."""
    root = tmp_path / "notes project ü"
    (root / "notes").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (root / "README.md").write_text("# Notes\n", encoding="utf-8")
    (root / "requirements.lock").write_text(f"django==5.2.1 \\\n    --hash=sha256:{'a' * 64}\n")
    (root / "notes" / "__init__.py").write_text('"""Notes."""\n')
    (root / "notes" / "cli.py").write_text('def main() -> None:\n    print("notes")\n')
    return root
