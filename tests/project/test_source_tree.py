"""The source tree: which files, which commit, which date."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from shipways.errors import ProjectError, SourceError
from shipways.formats.base import Job
from shipways.formats.docker import compare_bases
from shipways.inputs.stages import Inputs
from shipways.project import model, source_tree
from shipways.util.command import run
from shipways.verify import later_versions

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
    for folder in ("build", "node_modules", "env"):
        (notes / folder).mkdir()
        (notes / folder / "x").touch()
    (notes / "env" / "pyvenv.cfg").touch()
    (notes / "notes" / "a.pyc").touch()
    os.mkfifo(notes / "pipe")
    names = [str(name) for name in source_tree.files(notes)]
    expected = ["README.md", "notes/__init__.py", "notes/cli.py", "pyproject.toml"]
    assert names == [*expected, "requirements.lock"]


def test_ignored_files_do_not_ship(checkout: Path, tmp_path: Path) -> None:
    (checkout / "manage.py").write_text("#!/usr/bin/env python3\n")
    (checkout / "manage.py").chmod(0o700)
    git(checkout, "add", "manage.py")
    source_tree.snapshot(checkout, tmp_path / "copy")
    assert not (tmp_path / "copy" / "secret.env").exists()
    assert (tmp_path / "copy" / "manage.py").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "copy" / "README.md").stat().st_mode & 0o777 == 0o644


def test_a_copy_in_an_ignored_folder_is_whole(checkout: Path) -> None:
    (checkout / ".gitignore").write_text("/dist/\n")
    names = source_tree.files(checkout)
    copy = checkout / "dist" / "work" / "copy"
    source_tree.snapshot(checkout, copy)
    assert source_tree.files(copy) == names
    assert names


def test_a_snapshot_is_copied_whole(checkout: Path, tmp_path: Path) -> None:
    """Where Git knows no more of it: what it tracks is there, whatever its name."""
    for name in ("dist/a", "build/b", "node_modules/c", "notes/__pycache__/d.pyc"):
        (checkout / name).parent.mkdir(exist_ok=True)
        (checkout / name).write_text(name)
    git(checkout, "add", "--force", "dist", "build", "node_modules", "notes")
    copy = tmp_path / "copy"
    source_tree.snapshot(checkout, copy)
    assert source_tree.files(copy, whole=True) == source_tree.files(checkout)
    source_tree.snapshot(copy, tmp_path / "again", whole=True)
    assert source_tree.files(tmp_path / "again", whole=True) == source_tree.files(checkout)


def test_copies_that_are_built_again_are_whole(checkout: Path, tmp_path: Path) -> None:
    """A later version's, and the one with a changed line: all that the project ships is in them."""
    (checkout / "dist").mkdir()
    (checkout / "dist" / "tracked.js").touch()
    (checkout / "notes" / "migrations").mkdir()
    (checkout / "notes" / "migrations" / "0001_initial.py").touch()
    git(checkout, "add", "--force", "dist", "notes")
    shipped = model.load(checkout)
    later = later_versions.later(shipped, "next", tmp_path / "later")
    inputs = Inputs(shipped, 1, tmp_path, tmp_path / "work", tmp_path)
    job = Job(shipped, inputs, tmp_path / "job", tmp_path)
    changed = compare_bases._changed(job)
    work = dataclasses.replace(changed, project=later, work=tmp_path / "later work")
    for built in (changed, work):
        assert (built.source / "dist" / "tracked.js").is_file()
    assert len(source_tree.files(work.source, whole=True)) == len(source_tree.files(checkout)) + 1


def test_untracked_files_stay_out_and_that_is_said(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = source_tree.files(checkout), source_tree.commit(checkout)
    (checkout / "new").mkdir()
    for number in range(9):
        (checkout / f"draft {number}.txt").touch()
        (checkout / "new" / f"{number}.py").touch()
    (checkout / "dist").mkdir()
    (checkout / "dist" / "report.html").touch()
    source_tree.check(checkout)
    said = capsys.readouterr().err
    assert "Not tracked by Git, so not shipped: 'draft 0.txt', " in said
    assert " and 5 more" in said
    assert "dist" not in said
    assert (source_tree.files(checkout), source_tree.commit(checkout)) == before


def test_nothing_is_said_of_a_clean_checkout(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source_tree.check(checkout, needed=["pyproject.toml"])
    assert capsys.readouterr().err == ""


def test_an_untracked_pyproject_is_an_error(checkout: Path) -> None:
    git(checkout, "rm", "-q", "--cached", "pyproject.toml")
    with pytest.raises(SourceError, match=r"pyproject\.toml is not tracked by Git") as caught:
        source_tree.check(checkout, needed=["pyproject.toml"])
    assert "add pyproject.toml" in caught.value.hint


def test_before_the_first_commit(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was added is what ships; before that, all that Git does not ignore."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    git(notes, "init", "-q")
    (notes / ".gitignore").write_text("secret.env\n")
    (notes / "secret.env").touch()
    (notes / "build").mkdir()
    (notes / "build" / "x").touch()
    names = {str(name) for name in source_tree.files(notes)}
    assert "pyproject.toml" in names
    assert not names & {"secret.env", "build/x"}
    git(notes, "add", "pyproject.toml")
    os.utime(notes / "pyproject.toml", (7, 7))
    assert [str(name) for name in source_tree.files(notes)] == ["pyproject.toml"]
    assert (source_tree.commit(notes), source_tree.epoch(notes)) == ("", 7)


def test_a_folder_that_git_does_not_track_has_no_commit(checkout: Path) -> None:
    """The commit around it says nothing of what is in it."""
    inner = checkout / "vendored"
    source_tree.snapshot(checkout, inner)
    assert source_tree.commit(inner) == ""
    assert source_tree.files(inner)


def test_commit_and_date(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    clean = source_tree.commit(checkout)
    assert len(clean) == 40
    (checkout / "README.md").write_text("changed\n")
    assert source_tree.commit(checkout) == f"{clean}-dirty"
    assert source_tree.epoch(checkout) == 1767323045


def test_no_git(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    for name in source_tree.files(notes):
        os.utime(notes / name, (5, 5))
    assert source_tree.commit(notes) == ""
    assert source_tree.epoch(notes) == 5


def test_stated_date(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert source_tree.epoch(notes) == 1700000000
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(ProjectError, match="no number of seconds"):
        source_tree.epoch(notes)
