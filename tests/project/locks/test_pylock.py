"""pylock.toml (PEP 751), as uv exports it and as the specification allows more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shipways.errors import LockMismatch
from shipways.project.locks import pylock
from shipways.project.locks.base import Asked
from tests.project.locks.conftest import COMMON, PEBBLE, markers, names, origins

Made = Callable[[str], Path]
HASH = "a" * 64
HEAD = 'lock-version = "1.0"\ncreated-by = "by hand"\n'
WHEEL = (
    'wheels = [{{ url = "https://example.org/{0}-1.0-py3-none-any.whl", hashes = {{ sha256 = "'
    + HASH
    + '" }} }}]\n'
)


def package(name: str, more: str = "") -> str:
    return f'[[packages]]\nname = "{name}"\nversion = "1.0"\n{more}{WHEEL.format(name)}'


def write(root: Path, text: str) -> Path:
    path = root / "pylock.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_uvs_export(made: Made) -> None:
    root = made("uv")
    locked = pylock.read(root / "pylock.toml", root)
    assert names(locked) == {*COMMON, "tzdata", "gunicorn", "whitenoise", "pluggy"}
    assert origins(locked) == {"pebble": PEBBLE}
    assert markers(locked)["asgiref 3.12.1"] == 'python_full_version < "3.11"'
    assert locked.is_locked


MARKED = HEAD + (
    'extras = ["server"]\ndependency-groups = ["dev", "default"]\ndefault-groups = ["default"]\n'
    + package("plain")
    + package("gunicorn", "marker = \"'server' in extras\"\n")
    + package("usual", "marker = \"'default' in dependency_groups\"\n")
    + package("ruff", "marker = \"'dev' in dependency_groups and python_version >= '3.11'\"\n")
)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(), {"plain", "usual"}),
        (Asked(("server",)), {"plain", "usual", "gunicorn"}),
        (Asked((), ("dev",)), {"plain", "ruff"}),
    ],
)
def test_extras_and_groups(tmp_path: Path, asked: Asked, expected: set[str]) -> None:
    locked = pylock.read(write(tmp_path, MARKED), tmp_path, asked)
    assert names(locked) == expected
    if "ruff" in expected:
        assert markers(locked) == {"ruff 1.0": 'python_version >= "3.11"'}


def test_an_extra_that_it_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(LockMismatch, match=r"has no extra 'redis'"):
        pylock.read(write(tmp_path, MARKED), tmp_path, Asked(("redis",)))


def test_an_archive_by_its_address(tmp_path: Path) -> None:
    text = '[[packages]]\nname = "a"\narchive = { url = "https://example.org/a.zip", hashes = { '
    locked = pylock.read(write(tmp_path, f'{HEAD}{text}sha256 = "{HASH}" }} }}\n'), tmp_path)
    (pin,) = locked.pins
    assert pin.hashes == {HASH}
    assert origins(locked) == {"a": "https://example.org/a.zip"}


def test_the_project_itself_is_no_pin(tmp_path: Path) -> None:
    text = HEAD + '[[packages]]\nname = "garden"\ndirectory = { path = ".", editable = true }\n'
    assert not pylock.read(write(tmp_path, text), tmp_path).pins


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('directory = { path = "../lib" }', "lib comes from ../lib"),
        ('vcs = { type = "git", path = "../lib", commit-id = "abc" }', "lib comes from ../lib"),
        ('archive = { path = "l.zip", hashes = { sha256 = "a" } }', "lib comes from l.zip"),
        ("", "Exactly one of"),
    ],
)
def test_what_is_refused(tmp_path: Path, source: str, told: str) -> None:
    path = write(tmp_path, f'{HEAD}[[packages]]\nname = "lib"\n{source}\n')
    with pytest.raises(LockMismatch, match=told):
        pylock.read(path, tmp_path)


def test_finds_the_unnamed_one_first(tmp_path: Path) -> None:
    assert pylock.finds(tmp_path) is None
    (tmp_path / "pylock.prod.toml").touch()
    assert pylock.finds(tmp_path) == tmp_path / "pylock.prod.toml"
    (tmp_path / "pylock.toml").touch()
    assert pylock.finds(tmp_path) == tmp_path / "pylock.toml"
