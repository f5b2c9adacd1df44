"""Locks of every kind behind one interface: what is pinned, what is asked for, whether it fits.

locked = locks.find(root, extras=("server",))
if not locked.is_locked:
    locked = locks.lock(root, locked.direct, ">=3.11", to=root / locks.KEPT)
locks.check(locked, ">=3.11")
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePath

from shipways.errors import LockMismatch
from shipways.project.locks import (
    hashed_requirements,
    metadata,
    pdm_lock,
    pipfile_lock,
    plain_requirements,
    poetry_lock,
    poetry_table,
    project_table,
    pylock,
    uv_lock,
)
from shipways.project.locks.base import Asked, Indexes, Locked, Names, Reader
from shipways.project.locks.fit import check
from shipways.project.locks.text import as_pylock, as_requirements
from shipways.project.locks.uv import KEPT, complete, lock

__all__ = [
    "KEPT", "READERS", "Asked", "Indexes", "Locked", "Reader", "as_pylock", "as_requirements",
    "check", "complete", "find", "lock",
]  # fmt: skip

READERS: Mapping[str, Reader] = {
    "pylock": pylock,
    "uv_lock": uv_lock,
    "poetry_lock": poetry_lock,
    "pdm_lock": pdm_lock,
    "pipfile_lock": pipfile_lock,
    "hashed_requirements": hashed_requirements,
    "plain_requirements": plain_requirements,
    "poetry_table": poetry_table,  # with `[project]`, of which it may say more
    "project_table": project_table,
    "metadata": metadata,
}
"""By their kind, the one that is preferred first."""
ANY = ("hashed_requirements", "plain_requirements")  # whose files may have any name


def find(root: Path, named: str | None = None, extras: Names = (), groups: Names = ()) -> Locked:
    """What says what a project depends on: the file of that name, else the best that it has.

    `root` is the project's folder, `named` is relative to it. Raises `LockMismatch` where there is
    none, or what it says cannot be shipped.
    """
    for reader, path in _found(root, named):
        return reader.read(path, root, Asked(tuple(extras), tuple(groups)))
    raise LockMismatch(
        f"{root / named if named else root}: nothing says what the project depends on.",
        hint="List it in requirements.txt, one on a line, for example:\n    django>=5.2",
    )


def _found(root: Path, named: str | None) -> list[tuple[Reader, Path]]:
    kinds = [kind for kind in READERS if not named or _reads(kind, named)]
    places = ((READERS[kind], READERS[kind].finds(root, (named,))) for kind in kinds if named)
    usual = ((READERS[kind], READERS[kind].finds(root)) for kind in kinds if not named)
    return [(reader, path) for reader, path in (*places, *usual) if path][:1]


def _reads(kind: str, named: str) -> bool:
    """Whether a reader is for a file of this name; those of any name come after all others."""
    known = any(PurePath(named).match(name) for name in READERS[kind].NAMES)
    others = (READERS[other].NAMES for other in READERS if other not in ANY)
    theirs = any(PurePath(named).match(name) for names in others for name in names)
    return known or (kind in ANY and not theirs)
