"""poetry.lock, as Poetry 2.5 writes it for both ways to list dependencies, and as 1.1 did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shipways.errors import LockMismatch
from shipways.project.locks import poetry_lock
from shipways.project.locks.base import Asked
from tests.project.locks.conftest import COMMON, PEBBLE, change, markers, names, origins

Made = Callable[[str], Path]


def test_reads_what_the_project_needs(made: Made) -> None:
    root = made("poetry")
    locked = poetry_lock.read(root / "poetry.lock", root)
    assert names(locked) == {*COMMON, "tzdata"}
    assert markers(locked) == {
        "iniconfig 2.3.1": 'python_version < "3.12"',
        "tzdata 2026.6": 'sys_platform == "win32"',
    }
    assert origins(locked) == {"pebble": PEBBLE}
    assert locked.is_locked
    assert (locked.stale, locked.requires_python) == ("", ">=3.10")


@pytest.mark.parametrize(("tool", "common"), [("poetry", COMMON), ("poetry-table", COMMON)])
def test_extras_and_groups_asked_for(made: Made, tool: str, common: set[str]) -> None:
    root = made(tool)
    locked = poetry_lock.read(root / "poetry.lock", root, Asked(("server",), ("production",)))
    expected = {*common, "tzdata", "gunicorn", "whitenoise"}
    assert names(locked) == expected - ({"pebble", "idna"} if tool == "poetry-table" else set())
    assert not locked.stale
    assert "extra" not in str(markers(locked))


def test_older_than_the_project(made: Made) -> None:
    root = made("poetry")
    change(root / "pyproject.toml", "django>=5.2", "django[argon2]>=5.2")
    assert "pyproject.toml has changed" in poetry_lock.read(root / "poetry.lock", root).stale


def test_a_folder_of_this_machine_is_refused(made: Made) -> None:
    root = made("poetry")
    change(root / "poetry.lock", 'type = "git"', 'type = "directory"')
    with pytest.raises(LockMismatch, match="pebble comes from"):
        poetry_lock.read(root / "poetry.lock", root)


OLD = """\
[[package]]
name = "Django"
version = "3.2.1"
category = "main"
optional = false
python-versions = ">=3.6"
[package.dependencies]
argon2-cffi = {version = ">=16.1.0", optional = true, markers = "extra == \\"argon2\\""}
pytz = "*"
[[package]]
name = "argon2-cffi"
version = "20.1.0"
optional = false
[[package]]
name = "pytz"
version = "2021.1"
optional = false
[package.dependencies]
typing = {version = "<4 || >5", markers = "python_version < \\"3.10\\""}
[[package]]
name = "typing"
version = "3.1"
optional = false
[[package]]
name = "celery"
version = "5.0"
[package.dependencies]
redis = {version = ">3", optional = true}
[package.extras]
redis = ["redis (>3)"]
[[package]]
name = "redis"
version = "3.5"
[[package]]
name = "black"
version = "20.1"
category = "dev"
[metadata]
lock-version = "1.1"
python-versions = "^3.8"
content-hash = "0"
[metadata.files]
pytz = [{file = "pytz-2021.1-py3-none-any.whl", hash = "sha256:HASH"}]
"""


def test_a_lock_of_poetry_1(tmp_path: Path) -> None:
    """Groups, extras and markers come from what leads to a package."""
    (tmp_path / "poetry.lock").write_text(OLD.replace("HASH", "a" * 64), encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.poetry.dependencies]\npython = "^3.8"\n'
        'django = {extras = ["argon2"], version = "*"}\n'
        'celery = {extras = ["redis"], version = "^5"}\n',
        encoding="utf-8",
    )
    locked = poetry_lock.read(tmp_path / "poetry.lock", tmp_path)
    assert names(locked) == {"django", "argon2-cffi", "pytz", "typing", "celery", "redis"}
    assert markers(locked) == {"typing 3.1": 'python_version < "3.10"'}
    assert [pin.name for pin in locked.pins if pin.hashes == {"a" * 64}] == ["pytz"]
