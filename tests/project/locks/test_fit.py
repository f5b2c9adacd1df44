"""A lock that is older than what it locks, or for other Pythons, is refused and says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from shipways.errors import LockMismatch
from shipways.project import locks
from shipways.project.locks import fit
from tests.project.locks.conftest import change

Made = Callable[[str], Path]
PYTHONS = ">=3.10,<3.15"
TOOLS = ["uv", "poetry", "pdm", "poetry-table"]


@pytest.mark.parametrize("tool", TOOLS)
def test_what_the_tools_made_fits(made: Made, tool: str) -> None:
    locks.check(locks.find(made(tool), extras=("server",), groups=("production",)), PYTHONS)


@pytest.mark.parametrize("tool", ["uv", "poetry", "pdm"])
@pytest.mark.parametrize(
    ("after", "missing"),
    [('"django[argon2]>=5.2', "argon2|changed"), ('"qrcode", "django>=5.2', "qrcode")],
)
def test_what_was_added_after_locking(made: Made, tool: str, after: str, missing: str) -> None:
    root = made(tool)
    (root / "pylock.toml").unlink(missing_ok=True)
    change(root / "pyproject.toml", '"django>=5.2', after)
    with pytest.raises(LockMismatch, match=missing) as caught:
        locks.check(locks.find(root), PYTHONS)
    assert caught.value.hint.startswith("Lock again: ")


def test_extras_are_followed_where_the_lock_knows(made: Made) -> None:
    """Poetry lists the optional dependencies of what it locks, though it has not locked those."""
    root = made("poetry")
    change(root / "pyproject.toml", '"django>=5.2', '"django[argon2]>=5.2')
    lock = root / "poetry.lock"
    change(
        lock,
        'asgiref = ">=3.8.1"',
        'asgiref = ">=3.8.1"\nargon2-cffi = {version = "*", markers = "extra == \\"argon2\\""}',
    )
    with pytest.raises(LockMismatch, match=r"not hold argon2-cffi, which django\[argon2\] depends"):
        locks.check(locks.find(root), PYTHONS)


def test_another_version(made: Made) -> None:
    root = made("uv")
    change(root / "pyproject.toml", "django>=5.2,<5.3", "django>=6")
    with pytest.raises(LockMismatch, match=r"holds django 5\.2\.19, but the project wants"):
        locks.check(locks.find(root), PYTHONS)


@pytest.mark.parametrize("after", ["@" + "0" * 40, "-moved"])
def test_another_commit_or_repository(made: Made, after: str) -> None:
    root = made("uv")
    locks.check(locks.find(root, "uv.lock"), PYTHONS)
    change(root / "pyproject.toml", "example.org/pebble", f"example.org/pebble{after}")
    locked = locks.find(root, "uv.lock")
    if after == "-moved":  # the address alone is what tells
        change(root / "pyproject.toml", "git.example.org/pebble-moved", "git.example.com/pebble")
        locked = locks.find(root, "uv.lock")
    with pytest.raises(LockMismatch, match="holds pebble from elsewhere"):
        locks.check(locked, PYTHONS)


def test_a_python_that_it_is_not_for(made: Made) -> None:
    locked = locks.find(made("pipenv"))
    locks.check(locked, "==3.11.*,>=3.11.5")
    with pytest.raises(LockMismatch, match=r"it is for Python ==3\.11\.\*, and 3\.10\.0 is"):
        locks.check(locked, PYTHONS)


def test_a_lock_of_ours_and_what_it_was_made_from(made: Made) -> None:
    root = made("uv")
    (root / "uv.lock").unlink()
    (root / "pylock.toml").unlink()
    (root / "requirements.lock").unlink()
    source = locks.find(root)
    ours = replace(source, pins=(), direct=(), inputs=fit.inputs(source, ["gunicorn"]))
    only = replace(source, direct=())
    with pytest.raises(LockMismatch, match="it locks beautifulsoup4"):
        locks.check(ours, PYTHONS, only)
    locks.check(replace(ours, inputs=fit.inputs(only, ["gunicorn"])), PYTHONS, only)
    added = replace(only, direct=(Requirement("qrcode; python_version < '3'"),))
    with pytest.raises(LockMismatch, match="it does not lock qrcode"):
        locks.check(replace(ours, inputs=()), PYTHONS, added)
