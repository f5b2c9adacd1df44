"""That Git refuses is an error with its words, and never taken for a folder without Git."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shipways.errors import SourceError, ToolMissing
from shipways.project import source_tree
from tests.project.test_checkout import commit, own_configuration, root
from tests.project.test_source_tree import git

__all__ = ["own_configuration", "root"]  # fixtures
pytestmark = pytest.mark.process


def _anothers(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")


def _damaged(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (top / ".git" / "HEAD").unlink()


def _damaged_index(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (top / ".git" / "index").write_bytes(b"DIRC" + bytes(40))


def _damaged_inside_another(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(top.parent, "init", "-q")
    (top / ".git" / "HEAD").unlink()


def _worktree_without_its_repository(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(top / ".git")
    (top / ".git").write_text(f"gitdir: {top.parent}/gone/.git/worktrees/top\n")


def _dangling(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(top / ".git")
    (top / ".git").symlink_to("gone")


def _without_git(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(top))


Refusal = Callable[[Path, pytest.MonkeyPatch], None]
REFUSALS: dict[Refusal, str] = {
    _anothers: "git config --global --add safe.directory '",
    _damaged: "fsck",
    _damaged_index: "fsck",
    _damaged_inside_another: "fsck",
    _worktree_without_its_repository: "git worktree repair",
    _dangling: "fsck",
    _without_git: "apt-get install git",
}
ASKED: dict[str, Callable[[Path], object]] = {
    "files": source_tree.files,
    "check": source_tree.check,
    "commit": source_tree.commit,
    "epoch": source_tree.epoch,
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: one.__name__)
def test_that_git_refuses_is_not_that_there_is_none(
    refusal: Refusal,
    asked: str,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusal(root, monkeypatch)
    with pytest.raises((SourceError, ToolMissing)) as caught:
        ASKED[asked](root / "app")
    assert REFUSALS[refusal] in caught.value.hint
    assert str(root) in str(caught.value)


def test_without_a_repository_git_is_not_needed(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(notes))
    assert source_tree.files(notes)
    assert source_tree.commit(notes) == ""


@pytest.fixture
def hook(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What Git sets for a hook of another repository, and nobody's home."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "theirs").write_text("x")
    commit(other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    monkeypatch.setenv("GIT_PREFIX", "sub/")
    monkeypatch.delenv("HOME", raising=False)
    yield other


def test_a_hook_of_another_repository_does_not_mislead(root: Path, hook: Path) -> None:
    assert [str(name) for name in source_tree.files(root)] == ["app/file.txt", "folder", "link"]
    assert len(source_tree.commit(root)) == 40
    assert source_tree.epoch(root) == 1767323045


def test_a_repository_inside_of_one_that_tracks_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "app" / "inner").mkdir(parents=True)
    (tmp_path / "app" / "inner" / "x").touch()
    git(tmp_path / "app", "init", "-q")
    commit(tmp_path / "app" / "inner")
    with pytest.raises(SourceError, match="'inner/' is a Git repository of its own"):
        source_tree.files(tmp_path / "app")
