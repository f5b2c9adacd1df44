"""uv.lock, as uv 0.13 writes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shipways.errors import LockMismatch
from shipways.project.locks import uv_lock
from shipways.project.locks.base import Asked
from tests.project.locks.conftest import COMMON, PEBBLE, change, markers, names, origins

Made = Callable[[str], Path]
SPLIT = {
    "asgiref 3.12.1": 'python_full_version < "3.11"',
    "asgiref 3.13.0": 'python_full_version >= "3.11"',
    "soupsieve 2.10": 'python_full_version < "3.11.5"',
    "soupsieve 4.1.3": 'python_full_version >= "3.11.5"',
    "iniconfig 2.3.1": 'python_full_version < "3.12"',
    "tzdata 2026.6": 'sys_platform == "win32"',
}


def test_reads_what_the_project_needs(made: Made) -> None:
    root = made("uv")
    locked = uv_lock.read(root / "uv.lock", root)
    assert names(locked) == {*COMMON, "tzdata"}
    assert markers(locked) == SPLIT
    assert origins(locked) == {"pebble": PEBBLE}
    assert locked.is_locked
    assert (locked.stale, locked.requires_python) == ("", ">=3.10")
    assert all(file.url and file.hash in pin.hashes for pin in locked.pins for file in pin.files)


def test_extras_and_groups_asked_for(made: Made) -> None:
    root = made("uv")
    locked = uv_lock.read(root / "uv.lock", root, Asked(("server",), ("production",)))
    assert names(locked) == {*COMMON, "tzdata", "gunicorn", "whitenoise"}
    assert {"gunicorn>=23", "whitenoise>=6"} <= set(map(str, locked.direct))


@pytest.mark.parametrize("asked", [Asked(("bogus",)), Asked((), ("bogus",))])
def test_unknown_extra_or_group(made: Made, asked: Asked) -> None:
    root = made("uv")
    with pytest.raises(LockMismatch, match=r"has no .* 'bogus'"):
        uv_lock.read(root / "uv.lock", root, asked)


@pytest.mark.parametrize(
    ("before", "after", "missing"),
    [
        ('"django>=5.2', '"qrcode",\n  "django>=5.2', "qrcode"),
        ('"django>=5.2', '"django[argon2]>=5.2', "django[argon2]"),
    ],
)
def test_older_than_the_project(made: Made, before: str, after: str, missing: str) -> None:
    root = made("uv")
    change(root / "pyproject.toml", before, after)
    assert uv_lock.read(root / "uv.lock", root).stale == f"it does not lock {missing}"


def test_a_folder_of_this_machine_is_refused(made: Made) -> None:
    root = made("uv")
    source = 'source = { git = "https://git.example.org/pebble#'
    change(root / "uv.lock", source, 'source = { directory = "../pebble" } # "')
    with pytest.raises(LockMismatch, match=r"pebble comes from \.\./pebble"):
        uv_lock.read(root / "uv.lock", root)


def test_a_lock_without_the_project(made: Made) -> None:
    root = made("uv")
    change(root / "uv.lock", 'source = { virtual = "." }', 'source = { registry = "x" }')
    with pytest.raises(LockMismatch, match="does not hold the project"):
        uv_lock.read(root / "uv.lock", root)


@pytest.mark.parametrize("text", ["version = 2", "version = []", "= ?", "version = 1\npackage = 1"])
def test_no_such_file(made: Made, text: str) -> None:
    root = made("uv")
    (root / "uv.lock").write_text(text, encoding="utf-8")
    with pytest.raises(LockMismatch, match=r"uv\.lock"):
        uv_lock.read(root / "uv.lock", root)


def test_extras_that_exclude_each_other(made: Made) -> None:
    root = made("uv")
    told = '{ name = "idna", marker = "extra == \'extra-6-garden-server\'" }'
    change(root / "uv.lock", '    { name = "idna" },', f"    {told},")
    assert "idna" not in names(uv_lock.read(root / "uv.lock", root))
    assert "idna" in names(uv_lock.read(root / "uv.lock", root, Asked(("server",))))
