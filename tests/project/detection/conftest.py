"""Small projects, made when a test runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from shipways.project import detection
from shipways.project.detection import Facts
from shipways.util.command import run

Detect = Callable[[Mapping[str, str]], Facts]


def write(root: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def detect(tmp_path: Path) -> Detect:
    """Path -> content of a project in a folder "mysite", and what is found of it."""

    def found(files: Mapping[str, str]) -> Facts:
        return detection.detect(write(tmp_path / "mysite", files))

    return found


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Django's own `startproject mysite` leaves; for tests that are marked `process`."""
    folder = tmp_path_factory.mktemp("started")
    run(["django-admin", "startproject", "mysite"], timeout=60, cwd=folder)
    return folder / "mysite"
