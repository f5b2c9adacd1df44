"""pdm.lock, as PDM 2.24 writes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shipways.errors import LockMismatch
from shipways.project.locks import pdm_lock
from shipways.project.locks.base import Asked
from tests.project.locks.conftest import COMMON, PEBBLE, change, markers, names, origins

Made = Callable[[str], Path]


def test_reads_what_the_project_needs(made: Made) -> None:
    root = made("pdm")
    locked = pdm_lock.read(root / "pdm.lock", root)
    assert names(locked) == {*COMMON, "tzdata"}
    assert len(locked.pins) == len(names(locked)), "one that has extras is no second pin"
    assert markers(locked)["tzdata 2026.6"] == 'sys_platform == "win32"'
    assert origins(locked) == {"pebble": PEBBLE}
    assert locked.is_locked
    assert (locked.stale, locked.requires_python) == ("", ">=3.10")


def test_extras_and_groups_asked_for(made: Made) -> None:
    root = made("pdm")
    locked = pdm_lock.read(root / "pdm.lock", root, Asked(("server",), ("production",)))
    assert names(locked) == {*COMMON, "tzdata", "gunicorn", "whitenoise"}


def test_a_group_that_was_not_locked(made: Made) -> None:
    root = made("pdm")
    change(root / "pdm.lock", '"production", ', "")
    with pytest.raises(LockMismatch, match="has no group 'production'"):
        pdm_lock.read(root / "pdm.lock", root, Asked((), ("production",)))


def test_older_than_the_project(made: Made) -> None:
    root = made("pdm")
    change(root / "pyproject.toml", "django>=5.2", "django[argon2]>=5.2")
    assert "pyproject.toml has changed" in pdm_lock.read(root / "pdm.lock", root).stale


def test_a_folder_of_this_machine_is_refused(made: Made) -> None:
    root = made("pdm")
    change(root / "pdm.lock", 'git = "https://git.example.org/pebble"', 'path = "./pebble"')
    with pytest.raises(LockMismatch, match=r"pebble comes from \./pebble"):
        pdm_lock.read(root / "pdm.lock", root)


def test_without_inherited_metadata(made: Made) -> None:
    """Older locks have no groups and markers: what leads to a package says where it is for."""
    root = made("pdm")
    path = root / "pdm.lock"
    kept = (line for line in path.read_text().splitlines() if not line.startswith("marker"))
    path.write_text("\n".join(line for line in kept if not line.startswith('groups = ["default"]')))
    locked = pdm_lock.read(path, root)
    assert markers(locked) == {}, "one package with groups, and all are believed"
    text = path.read_text()
    path.write_text("\n".join(line for line in text.splitlines() if "groups = [" not in line))
    assert markers(pdm_lock.read(path, root)) == {
        "iniconfig 2.3.1": 'python_version < "3.12"',
        "tzdata 2026.6": 'sys_platform == "win32"',
    }
