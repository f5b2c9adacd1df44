"""The source tree: which files belong to it, which commit they are, and when that was.

A build never works in the user's checkout: it takes a snapshot of the tracked files, so that
nothing is left behind there and nothing untracked by accident gets into an artifact.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from shipways.command import run
from shipways.errors import ProjectError

GIT_TIMEOUT_S = 60
NOT_SOURCE = {".git", ".nox", ".venv", "__pycache__", "build", "dist", "node_modules"}


def files(root: Path) -> tuple[Path, ...]:
    """Relative paths of the project's files, sorted: what Git tracks or would, else all of them.

    All of them as well where Git knows none: in a copy that lies in a folder which it ignores.
    """
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed:
        found: Iterable[Path] = (Path(name) for name in listed.split("\0") if name)
    else:
        found = (p.relative_to(root) for p in root.rglob("*"))
    return tuple(sorted(p for p in set(found) if _is_source(p) and (root / p).is_file()))


def snapshot(root: Path, target: Path) -> None:
    """Copy the project's files to `target`."""
    for name in files(root):
        destination = target / name
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, destination)
        executable = os.access(root / name, os.X_OK)
        destination.chmod(0o755 if executable else 0o644)


def content_key(root: Path) -> str:
    """A key of all file names, modes and contents: the same tree has the same key."""
    digest = hashlib.sha256()
    for name in files(root):
        content = (root / name).read_bytes()
        executable = os.access(root / name, os.X_OK)
        digest.update(f"{name}\0{executable}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def commit(root: Path) -> str:
    """The commit's full hash, with "-dirty" when files differ from it; "" outside Git."""
    head = _git(root, "rev-parse", "HEAD")
    if head is None:
        return ""
    changed = _git(root, "status", "--porcelain", "--", ".")
    return head.strip() + ("-dirty" if changed else "")


def folder_in_repository(root: Path) -> str:
    """Where `root` lies in its Git checkout, such as "sub/folder"; "" at its top or outside Git."""
    tops = (folder for folder in (root, *root.parents) if (folder / ".git").exists())
    top = next(tops, root)
    return "" if top == root else root.relative_to(top).as_posix()


def epoch(root: Path) -> int:
    """SOURCE_DATE_EPOCH: the environment's, else the commit's date, else the newest file's.

    Seconds since 1970, UTC; see https://reproducible-builds.org/specs/source-date-epoch/.
    """
    stated = os.environ.get("SOURCE_DATE_EPOCH")
    if stated is not None:
        if not stated.isdigit():
            raise ProjectError(
                f"SOURCE_DATE_EPOCH: {stated!r} is no number of seconds.",
                hint="For example: SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)",
            )
        return int(stated)
    committed = _git(root, "log", "-1", "--format=%ct")
    if committed and committed.strip():
        return int(committed)
    return max((int((root / name).stat().st_mtime) for name in files(root)), default=0)


def _is_source(path: Path) -> bool:
    return not NOT_SOURCE.intersection(path.parts) and path.suffix != ".pyc"


def _git(root: Path, *arguments: str) -> str | None:
    """Output of a Git command in `root`; None where that is no checkout with a commit."""
    done = run(["git", "-C", root, *arguments], timeout=GIT_TIMEOUT_S, check=False)
    return done.output if done.ok else None
