"""The project's own files, as they are delivered: what Git tracks, as it lies, and nothing lost.

`exclude` leaves some of it out, `include` takes files along that Git does not track, such as what a
build step made; both are patterns of .gitignore (gitignore(5)).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pathspec

from shipways.errors import SourceError
from shipways.project import checkout, source_tree
from shipways.util.progress import named, say

# Data and secrets of a developer's machine, where no Git says that they are none of the project.
PRIVATE = ("*.sqlite3", "*.sqlite3-*", ".env", "*.log", "*.pid", "/media/")
BYTECODE = ("__pycache__/", "*.py[cod]")


def write(root: Path, tree: Path, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
    """Copy them below `tree`, with their modes; links stay links.

    Raises `SourceError` where a link leads to what is left out.
    """
    source_tree.snapshot(root, tree)
    left = pathspec.GitIgnoreSpec.from_lines([*BYTECODE, *exclude])
    private = pathspec.GitIgnoreSpec.from_lines(() if _is_tracked(root) else PRIVATE)
    told = []
    for path in source_tree.files(root):
        if left.match_file(str(path)) or private.match_file(str(path)):
            (tree / path).unlink()
            told += [str(path)] if private.match_file(str(path)) else []
    if told:
        say(f"Not shipped, as it looks like this machine's own: {named(told)}")
    for path in _included(root, include, left):
        _copy(root / path, tree / path)
    _remove_empty(tree)
    _check_links(tree)


def _is_tracked(root: Path) -> bool:
    found = checkout.find(root)
    return found is not None and bool(found.tracked())


def _included(root: Path, include: Sequence[str], left: pathspec.GitIgnoreSpec) -> Iterator[Path]:
    """What the patterns name, wherever it lies; `exclude` still holds."""
    spec = pathspec.GitIgnoreSpec.from_lines(include)
    if not include:
        return
    for folder, folders, names in os.walk(root):
        here = Path(folder).relative_to(root)
        linked = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = sorted(name for name in folders if name != ".git" and name not in linked)
        for path in (here / name for name in sorted((*linked, *names))):
            if spec.match_file(str(path)) and not left.match_file(str(path)):
                yield path


def _copy(path: Path, copy: Path) -> None:
    if os.path.lexists(copy):
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        copy.symlink_to(os.readlink(path))
    elif path.is_file():
        shutil.copyfile(path, copy)
        copy.chmod(0o755 if os.access(path, os.X_OK) else 0o644)


def _remove_empty(tree: Path) -> None:
    for folder in sorted(tree.rglob("*"), reverse=True):
        if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
            folder.rmdir()


def _check_links(tree: Path) -> None:
    for path in tree.rglob("*"):
        if path.is_symlink() and not path.exists():
            raise SourceError(
                f"{str(path.relative_to(tree))!r} is a link to {os.readlink(path)!r}, "
                "which is left out.",
                hint="Leave out the link as well (exclude), or ship what it leads to.",
            )
