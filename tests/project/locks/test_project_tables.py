"""What pyproject.toml asks for: `[project]`, dependency groups, Poetry's own table."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipways.errors import LockMismatch
from shipways.project import locks
from shipways.project.locks import poetry_table

PROJECT = """\
[project]
name = "Garden.App"
requires-python = ">=3.10"
dependencies = ["django>=5.2"]
[project.optional-dependencies]
all = ["garden-app[Web_Server, redis]"]
web-server = ["gunicorn"]
redis = ["redis", "garden-app[all]"]
[dependency-groups]
prod = ["whitenoise", { include-group = "log" }]
log = ["structlog"]
loop = [{ include-group = "loop" }]
"""


def found(root: Path, text: str, *extras: str, groups: tuple[str, ...] = ()) -> list[str]:
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    return sorted(map(str, locks.find(root, extras=extras, groups=groups).direct))


def test_project_table(tmp_path: Path) -> None:
    assert found(tmp_path, PROJECT) == ["django>=5.2"]
    locked = locks.find(tmp_path)
    assert (locked.kind, locked.requires_python) == ("project_table", ">=3.10")
    assert not locked.is_locked


def test_extras_of_extras_and_groups_of_groups(tmp_path: Path) -> None:
    expected = ["django>=5.2", "gunicorn", "redis", "structlog", "whitenoise"]
    assert found(tmp_path, PROJECT, "all", groups=("prod",)) == expected


@pytest.mark.parametrize(
    ("extras", "groups", "told"),
    [
        (("bogus",), (), "has no extra 'bogus'"),
        ((), ("bogus",), "has no group 'bogus'"),
        ((), ("loop",), "dependency-groups"),
    ],
)
def test_what_is_not_there(
    tmp_path: Path, extras: tuple[str, ...], groups: tuple[str, ...], told: str
) -> None:
    with pytest.raises(LockMismatch, match=told):
        found(tmp_path, PROJECT, *extras, groups=groups)


def test_where_a_dependency_comes_from(tmp_path: Path) -> None:
    """By uv's table, and by Poetry's: an index may have another of that name."""
    text = '[project]\nname = "x"\ndependencies = ["Pebble[a]>=1; os_name == \'posix\'"]\n'
    source = 'pebble = { git = "https://git.example.org/pebble", tag = "v1" }\n'
    expected = 'Pebble[a] @ git+https://git.example.org/pebble@v1 ; os_name == "posix"'
    assert found(tmp_path, f"{text}[tool.uv.sources]\n{source}") == [expected]
    assert found(tmp_path, f"{text}[tool.poetry.dependencies]\n{source}") == [expected]
    with pytest.raises(LockMismatch, match="Pebble comes from the workspace"):
        found(tmp_path, f"{text}[tool.uv.sources]\npebble = {{ workspace = true }}\n")


def test_no_requirement(tmp_path: Path) -> None:
    with pytest.raises(LockMismatch, match=r"'=\? 1' is no requirement"):
        found(tmp_path, '[project]\nname = "x"\ndependencies = ["=? 1"]')


POETRY = """\
[tool.poetry.dependencies]
python = "^3.10"
Django = "^5.2"
celery = {version = "~5.4", extras = ["redis"], optional = true}
tzdata = {version = "*", markers = "sys_platform == 'win32'"}
backport = {version = "1.0", python = "~3.10"}
pebble = {git = "https://git.example.org/pebble", rev = "main", subdirectory = "lib"}
both = [{version = "<2", python = "<3.12"}, {version = ">=2", python = ">=3.12"}]
[tool.poetry.extras]
worker = ["celery"]
[tool.poetry.group.prod.dependencies]
gunicorn = "23.0"
"""


def test_poetry_table(tmp_path: Path) -> None:
    assert found(tmp_path, POETRY, "worker", groups=("prod",)) == sorted([
        "Django<6,>=5.2",
        'backport==1.0; python_version < "3.11" and python_version >= "3.10"',
        'both<2; python_version < "3.12"',
        'both>=2; python_version >= "3.12"',
        "celery[redis]<5.5,>=5.4",
        "gunicorn==23.0",
        "pebble @ git+https://git.example.org/pebble@main#subdirectory=lib",
        'tzdata; sys_platform == "win32"',
    ])  # fmt: skip
    assert locks.find(tmp_path).requires_python == ">=3.10,<4"
    assert not any(line.startswith("celery") for line in found(tmp_path, POETRY))


def test_poetry_beside_the_project_table(tmp_path: Path) -> None:
    more = '[tool.poetry.group.late.dependencies]\nqrcode = "^8"\n'
    assert found(tmp_path, PROJECT + more, "web-server", groups=("late", "log")) == [
        "django>=5.2", "gunicorn", "qrcode<9,>=8", "structlog"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('lib = {path = "../lib"}', "lib comes from ../lib"),
        ('lib = "<2 || >3"', "is several ranges"),
    ],
)
def test_what_poetry_says_and_a_requirement_cannot(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(LockMismatch, match=told):
        found(tmp_path, f"[tool.poetry.dependencies]\n{line}\n")


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("~1", ">=1,<2"),
        ("~1.2", ">=1.2,<1.3"),
        ("~=1.2", "~=1.2"),
        ("1.2.*", "==1.2.*"),
        ("=1.2", "==1.2"),
        (">= 1.2, < 2", ">=1.2,<2"),
        ("^2.9a1", ">=2.9a1,<3"),
        ("bogus version", ""),
    ],
)
def test_constraints(constraint: str, expected: str) -> None:
    assert poetry_table.specifier(constraint) == expected


def test_nothing_says_it(tmp_path: Path) -> None:
    with pytest.raises(LockMismatch, match="nothing says what the project depends on"):
        locks.find(tmp_path)
    for name in ("other.txt", "/srv/nowhere/uv.lock", "a[b].txt"):
        with pytest.raises(LockMismatch, match="nothing says"):
            locks.find(tmp_path, name)
