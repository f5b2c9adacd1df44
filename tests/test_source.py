"""The source tree: which files, which commit, which date."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shipways import source
from shipways.command import run
from shipways.errors import ProjectError

pytestmark = pytest.mark.process
GIT_ENV = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
}


def git(root: Path, *arguments: str) -> None:
    run(["git", "-C", root, *arguments], timeout=30, env=GIT_ENV)


@pytest.fixture
def checkout(notes: Path) -> Path:
    git(notes, "init", "-q")
    (notes / ".gitignore").write_text("secret.env\n")
    (notes / "secret.env").write_text("KEY=1\n")
    git(notes, "add", ".")
    git(notes, "commit", "-q", "-m", "first")
    return notes


def test_files_outside_git(notes: Path) -> None:
    (notes / "build").mkdir()
    (notes / "build" / "x").touch()
    (notes / "notes" / "a.pyc").touch()
    names = [str(name) for name in source.files(notes)]
    expected = ["README.md", "notes/__init__.py", "notes/cli.py", "pyproject.toml"]
    assert names == [*expected, "requirements.lock"]


def test_ignored_files_do_not_ship(checkout: Path, tmp_path: Path) -> None:
    (checkout / "manage.py").write_text("#!/usr/bin/env python3\n")
    (checkout / "manage.py").chmod(0o700)
    source.snapshot(checkout, tmp_path / "copy")
    assert not (tmp_path / "copy" / "secret.env").exists()
    assert (tmp_path / "copy" / "manage.py").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "copy" / "README.md").stat().st_mode & 0o777 == 0o644


def test_a_copy_in_an_ignored_folder_is_whole(checkout: Path) -> None:
    (checkout / ".gitignore").write_text("/dist/\n")
    names = source.files(checkout)
    copy = checkout / "dist" / "work" / "copy"
    source.snapshot(checkout, copy)
    assert source.files(copy) == names
    assert names


def test_commit_and_date(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    clean = source.commit(checkout)
    assert len(clean) == 40
    (checkout / "README.md").write_text("changed\n")
    assert source.commit(checkout) == f"{clean}-dirty"
    assert source.epoch(checkout) == 1767323045


def test_no_git(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    for name in source.files(notes):
        os.utime(notes / name, (5, 5))
    assert source.commit(notes) == ""
    assert source.epoch(notes) == 5


def test_stated_date(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert source.epoch(notes) == 1700000000
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(ProjectError, match="no number of seconds"):
        source.epoch(notes)
