"""Links of any kind: what is beyond the project is never shipped, what is inside always is."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shipways.errors import SourceError
from shipways.project import source_tree
from shipways.project.links import copy_for_backend

SECRET = "root:x:0:0"
FOLDERS = ("", "a", "a/b", "c")
NAMES = ("one", "two", "three")
STEPS = ("..", ".", "a", "b", "c", "file", *NAMES, "", "project", "outside", "missing")
places = st.builds(os.path.join, st.sampled_from(FOLDERS), st.sampled_from(NAMES))
relative = st.lists(st.sampled_from(STEPS), min_size=1, max_size=5).map("/".join).filter(bool)
absolute = st.sampled_from(("/etc/passwd", "{top}/outside", "{top}/project/a/file", "/"))


def lay_out(top: Path, links: dict[str, str]) -> Path:
    """A project with a file in each folder, links among them, and a secret beside it."""
    (top / "outside").mkdir()
    (top / "outside" / "file").write_text(SECRET)
    root = top / "project"
    for folder in FOLDERS:
        (root / folder).mkdir(exist_ok=True)
        (root / folder / "file").write_text(f"in {folder}")
    for place, target in links.items():
        (root / place).symlink_to(target.format(top=top))
    return root


def found_links(root: Path) -> Iterator[Path]:
    return (path for path in root.rglob("*") if path.is_symlink())


def whole_elsewhere(root: Path, top: Path) -> bool:
    """Whether all links still lead to something inside when the tree stands in another place."""
    moved = Path(shutil.copytree(root, top / "deep" / "moved", symlinks=True))
    inside = all(
        path.exists() and path.resolve().is_relative_to(moved.resolve())
        for path in found_links(moved)
    )
    return inside and not endless(moved, frozenset())


def followed(folder: Path) -> dict[str, str]:
    """Every file that there is for those who follow links."""
    return {
        str(Path(above, name).relative_to(folder)): Path(above, name).read_text()
        for above, _, names in os.walk(folder, followlinks=True)
        for name in names
    }


def endless(folder: Path, above: frozenset[Path]) -> bool:
    """Whether who follows links comes back to a folder that they are in."""
    here = folder.resolve()
    below = (path for path in folder.iterdir() if path.is_dir())
    return here in above or any(endless(path, above | {here}) for path in below)


@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.dictionaries(places, relative | absolute, max_size=4))
@example({"one": "/etc/passwd"})
@example({"one": "two", "two": "../outside/file"})
@example({"one": "a/two/file", "a/two": "../.."})
@example({"one": "a/b/../../../project/file"})
@example({"one": "c", "a/one": "../one/../one/file"})
@example({"one": "one"})
@example({"a/one": ".."})
@example({"a/one": "../c", "c/two": "../a"})
@example({"a/one": "../c", "two": "a/one", "three": "two"})
def test_links_ship_where_they_lead_inside_and_nowhere_else(links: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        root = lay_out(top, links)
        if not whole_elsewhere(root, top):
            with pytest.raises(SourceError) as caught:
                source_tree.snapshot(root, top / "copy")
            assert any(repr(place) in caught.value.message for place in links)
            return
        source_tree.snapshot(root, top / "copy")
        copied = {str(path.relative_to(top / "copy")) for path in found_links(top / "copy")}
        assert copied == set(links)
        for place, target in links.items():
            assert os.readlink(top / "copy" / place) == target
        assert whole_elsewhere(top / "copy", top / "again")
        copy_for_backend(top / "copy", top / "build")
        assert followed(top / "build") == followed(root)
        assert not [path for path in found_links(top / "build") if path.is_dir()]
