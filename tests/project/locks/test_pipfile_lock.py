"""Pipfile.lock, as Pipenv writes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shipways.errors import LockMismatch
from shipways.project.locks import pipfile_lock
from shipways.project.locks.base import Asked
from tests.project.locks.conftest import COMMON, PEBBLE, change, names, origins

Made = Callable[[str], Path]


def test_reads_the_default_category(made: Made) -> None:
    root = made("pipenv")
    locked = pipfile_lock.read(root / "Pipfile.lock", root)
    assert names(locked) == COMMON
    assert origins(locked) == {"pebble": PEBBLE}
    assert locked.is_locked
    assert (locked.stale, locked.requires_python) == ("", "==3.11.*")
    assert "beautifulsoup4[html5lib]>=4.12" in map(str, locked.direct)
    assert locked.indexes.index == "https://pypi.org/simple"


def test_other_categories(made: Made) -> None:
    root = made("pipenv")
    locked = pipfile_lock.read(root / "Pipfile.lock", root, Asked((), ("develop",)))
    assert names(locked) == {*COMMON, "pluggy"}
    with pytest.raises(LockMismatch, match="has no category 'docs'"):
        pipfile_lock.read(root / "Pipfile.lock", root, Asked((), ("docs",)))


def test_older_than_the_pipfile(made: Made) -> None:
    root = made("pipenv")
    change(root / "Pipfile", '["html5lib"]', '["html5lib", "lxml"]')
    assert "Pipfile has changed" in pipfile_lock.read(root / "Pipfile.lock", root).stale


def test_a_folder_of_this_machine_is_refused(made: Made) -> None:
    root = made("pipenv")
    change(root / "Pipfile.lock", '"git": "https://git.example.org/pebble"', '"path": "./pebble"')
    with pytest.raises(LockMismatch, match=r"pebble comes from \./pebble"):
        pipfile_lock.read(root / "Pipfile.lock", root)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"_meta": {"sources": 1}}'])
def test_no_such_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pipfile.lock").write_text(text, encoding="utf-8")
    with pytest.raises(LockMismatch, match=r"Pipfile\.lock"):
        pipfile_lock.read(tmp_path / "Pipfile.lock", tmp_path)
