"""What Git tracks is shipped as it is, or the build stops and names it. Git itself is the judge."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipways.errors import ShipwaysError, SourceError
from shipways.project import source_tree
from tests.project.test_source_tree import git

pytestmark = pytest.mark.process
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
ALLOW_FILE = ("-c", "protocol.file.allow=always")


@pytest.fixture(autouse=True)
def own_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that this machine's user has set for Git."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with one commit: a file, a folder, a link to each, and a secret beside it."""
    (tmp_path / "secret").write_text("root:x:0:0")
    top = tmp_path / "top ü"
    (top / "app").mkdir(parents=True)
    (top / "app" / "file.txt").write_text("x")
    (top / "link").symlink_to("app/file.txt")
    (top / "folder").symlink_to("app")
    commit(top)
    return top


def commit(top: Path) -> None:
    git(top, "init", "-q")
    git(top, "add", "--force", "--all")
    git(top, "commit", "-q", "--allow-empty", "-m", "one")


def tree(top: Path) -> dict[bytes, tuple[int, bytes]]:
    """Every file and link: its name, its kind with the owner's x bit, its content."""
    return {
        os.fsencode(path.relative_to(top)): (stat.S_IFMT(mode) | (mode & 0o100), content(path))
        for path in top.rglob("*")
        if not stat.S_ISDIR(mode := path.lstat().st_mode) and path.name != ".git"
    }


def content(path: Path) -> bytes:
    return os.fsencode(os.readlink(path)) if path.is_symlink() else path.read_bytes()


def checked_out(top: Path, target: Path) -> dict[bytes, tuple[int, bytes]]:
    """What Git itself writes of all that it tracks, submodules apart."""
    git(top, "checkout-index", "--all", f"--prefix={target}/")
    return tree(target)


def shipped(top: Path, target: Path) -> dict[bytes, tuple[int, bytes]]:
    source_tree.snapshot(top, target)
    return tree(target)


SHAPES = (
    "dist/a.js", "build/b", "web/dist/c", "node_modules/d/index.js", ".venv/e", "__pycache__/f.pyc",
    ".nox/g", "h.pyc", "ignored.env", "-dash", "--all", "sp ace", " lead", "trail ", "é", "日本",
    "quo\"te'", "back\\slash", "*[glob]?", "%d $x `y`", "#hash", "~", "a:b", "CON", ".hidden",
    "...", "com,ma", "semi;colon",
)  # fmt: skip


def test_all_that_is_tracked_ships(root: Path, tmp_path: Path) -> None:
    (root / ".gitignore").write_text("*.env\n")
    (root / ".gitattributes").write_text("*.js export-ignore\n")
    for name in SHAPES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    commit(root)
    found = shipped(root, tmp_path / "copy")
    assert {name.encode() for name in SHAPES} <= set(found)
    assert found == checked_out(root, tmp_path / "git's")


@pytest.mark.parametrize("mask", [0o077, 0o000])
def test_modes_are_those_that_git_knows(root: Path, tmp_path: Path, mask: int) -> None:
    """Whatever the file system, the umask or root's rights make of them."""
    git(root, "config", "core.fileMode", "false")
    (root / "run").write_text("#!/bin/sh\n")
    git(root, "add", "run")
    git(root, "update-index", "--chmod=+x", "run")
    (root / "app" / "file.txt").chmod(0o777)
    before = os.umask(mask)
    try:
        source_tree.snapshot(root, tmp_path / "copy")
    finally:
        os.umask(before)
    modes = {
        name: stat.S_IMODE((tmp_path / "copy" / name).lstat().st_mode)
        for name in ("run", "app/file.txt")
    }
    assert modes == {"run": 0o755, "app/file.txt": 0o644}
    assert not source_tree.commit(root).endswith("x")


names = st.text(
    st.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=["Cc", "Cs"]),
    min_size=1,
    max_size=12,
).filter(
    lambda name: name not in (".", "..") and name.lower() != ".git" and len(os.fsencode(name)) < 200
)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    st.dictionaries(
        st.tuples(names, names), st.sampled_from(["file", "program", "link"]), max_size=6
    )
)
def test_any_tree_ships_as_git_has_it(entries: dict[tuple[str, str], str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        top, base = Path(folder, "top"), Path(folder)
        top.mkdir()
        (top / "base").write_text("x")
        for (outer, inner), kind in entries.items():
            path = top / f"in {outer}" / inner
            path.parent.mkdir(exist_ok=True)
            if kind == "link":
                path.symlink_to("../base")
            else:
                path.write_text(kind)
                path.chmod(0o755 if kind == "program" else 0o644)
        commit(top)
        assert shipped(top, base / "copy") == checked_out(top, base / "git")


def test_submodules_come_along(root: Path, tmp_path: Path) -> None:
    for name, inner in (("deep", None), ("part", "deep")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run").write_text(f"#!/bin/sh\necho {name}\n")
        (tmp_path / name / "run").chmod(0o755)
        (tmp_path / name / "to-run").symlink_to("run")
        commit(tmp_path / name)
        if inner:
            git(
                tmp_path / name,
                *ALLOW_FILE,
                "submodule",
                "--quiet",
                "add",
                str(tmp_path / inner),
                "in ner",
            )
            commit(tmp_path / name)
    git(root, *ALLOW_FILE, "submodule", "--quiet", "add", str(tmp_path / "part"), "libs/part")
    with pytest.raises(SourceError, match="libs/part/in ner' is a submodule that is not") as caught:
        source_tree.files(root)
    assert "submodule update --init --recursive" in caught.value.hint
    git(root, *ALLOW_FILE, "submodule", "--quiet", "update", "--init", "--recursive")
    commit(root)
    found = shipped(root, tmp_path / "copy")
    assert found[b"libs/part/run"][0] == found[b"libs/part/in ner/run"][0] == stat.S_IFREG | 0o100
    assert found[b"libs/part/in ner/to-run"] == (stat.S_IFLNK | 0o100, b"run")
    assert not source_tree.commit(root).endswith("-dirty")
    (root / "libs" / "part" / "in ner" / "run").write_text("changed")
    assert source_tree.commit(root).endswith("-dirty")


def test_every_way_to_the_same_files(root: Path, tmp_path: Path) -> None:
    """By a link to the checkout, and in a working tree of the same repository."""
    expected = source_tree.files(root), source_tree.commit(root), source_tree.epoch(root)
    (tmp_path / "way").symlink_to(root)
    git(root, "worktree", "add", "-q", str(tmp_path / "second"))
    for way in (tmp_path / "way", tmp_path / "second"):
        assert (source_tree.files(way), source_tree.commit(way), source_tree.epoch(way)) == expected


def _unmerged(top: Path) -> None:
    git(top, "checkout", "-q", "-b", "other")
    (top / "wrong").write_text("theirs")
    commit(top)
    git(top, "checkout", "-q", "-")
    (top / "wrong").write_text("ours")
    commit(top)
    with pytest.raises(ShipwaysError):
        git(top, "merge", "other")


def _link(target: str) -> Callable[[Path], None]:
    def make(top: Path) -> None:
        (top / "wrong").symlink_to(target.format(top=top))
        commit(top)

    return make


def _replaced(by: Callable[[Path], object]) -> Callable[[Path], None]:
    """A file that Git tracks, and in its place something else."""

    def make(top: Path) -> None:
        (top / "wrong").write_text("x")
        commit(top)
        (top / "wrong").unlink()
        by(top / "wrong")

    return make


def _behind_a_link(top: Path) -> None:
    """Git tracks a file in a folder; the folder became a link to one with files of that name."""
    (top / "wrong").mkdir()
    (top / "wrong" / "secret").write_text("x")
    commit(top)
    shutil.rmtree(top / "wrong")
    (top / "wrong").symlink_to(top.parent)


def _submodule_behind_a_link(top: Path) -> None:
    other = top.parent / "other"
    other.mkdir()
    shutil.copyfile(top.parent / "secret", other / "secret")
    commit(other)
    git(top, *ALLOW_FILE, "submodule", "--quiet", "add", str(other), "wrong")
    commit(top)
    shutil.rmtree(top / "wrong")
    (top / "wrong").symlink_to(other)


def _ignored_target(top: Path) -> None:
    (top / ".gitignore").write_text("*.env\n")
    (top / "my.env").write_text("SECRET_KEY=1")
    (top / "wrong").symlink_to("my.env")
    git(top, "add", "--all")


def _pointer(top: Path) -> None:
    (top / "wrong").write_text(POINTER)
    git(top, "add", "wrong")
    (top / ".gitattributes").write_text("wrong filter=lfs -text\n")


def _sparse(top: Path) -> None:
    (top / "wrong").write_text("x")
    commit(top)
    git(top, "update-index", "--skip-worktree", "wrong")
    (top / "wrong").unlink()


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "conflict": (_unmerged, "conflict"),
    "gone": (_replaced(lambda path: None), "there is none"),
    "sparse": (_sparse, "sparse-checkout disable"),
    "folder": (_replaced(Path.mkdir), "tracked by Git as a file"),
    "fifo": (_replaced(os.mkfifo), "tracked by Git as a file"),
    "became a link": (_replaced(lambda path: path.symlink_to("/etc/passwd")), "as a file"),
    "behind a link": (_behind_a_link, "there is none"),
    "submodule behind a link": (_submodule_behind_a_link, "there is none"),
    "absolute": (_link("/etc/passwd"), "out of the project"),
    "absolute, inside": (_link("{top}/app/file.txt"), "out of the project"),
    "up": (_link("../secret"), "out of the project"),
    "up and back": (_link("../top ü/app/file.txt"), "out of the project"),
    "by a folder's link": (_link("folder/../../secret"), "out of the project"),
    "folder in itself": (_link("."), "a folder that it is in itself"),
    "circle": (_link("wrong"), "in a circle"),
    "dangling": (_link("app/missing"), "not among what is shipped"),
    "to what is ignored": (_ignored_target, "not among what is shipped"),
    "pointer": (_pointer, "lfs pull"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_ship_is_named(case: str, root: Path, tmp_path: Path) -> None:
    make, why = WRONG[case]
    make(root)
    with pytest.raises(SourceError) as caught:
        source_tree.snapshot(root, tmp_path / "copy")
    assert "wrong" in caught.value.message
    assert why in str(caught.value)
    assert caught.value.hint
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("name", [b"line\nbreak", b"caf\xe9", b"tab\t", b"bell\x07", b"del\x7f"])
def test_names_that_no_package_can_hold_are_named(name: bytes, root: Path) -> None:
    (root / os.fsdecode(name)).touch()
    git(root, "add", "--all")
    with pytest.raises(SourceError) as caught:
        source_tree.files(root)
    assert repr(name) in caught.value.message


def test_a_file_that_only_looks_like_a_pointer_ships(root: Path) -> None:
    (root / "example").write_text(POINTER)
    git(root, "add", "example")
    assert Path("example") in source_tree.files(root)


def test_what_is_deleted_in_the_index_is_gone(root: Path) -> None:
    git(root, "rm", "-q", "link")
    assert [str(name) for name in source_tree.files(root)] == ["app/file.txt", "folder"]
