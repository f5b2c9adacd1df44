"""Requirements files in pip's hash-checking mode: each line is one version with its hashes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from shipways.errors import LockMismatch
from shipways.project import lockfile
from shipways.project.locks import base, plain_requirements, project_requirements, requirements_file
from shipways.project.locks.base import Asked, Locked, Names

NAMES: Names = plain_requirements.NAMES


def finds(root: Path, names: Names = NAMES) -> Path | None:
    """The first one that is hashed. What cannot be read is left to the reader of plain ones."""
    one = base.first(root, names) if len(names) == 1 else None
    files = [one] if one else plain_requirements.candidates(root, names)
    return next((path for path in files if _is_hashed(path, root)), None)


def read(path: Path, root: Path, asked: Asked = base.NOTHING) -> Locked:
    """All of it is a lock. What the project asks for stands in its pyproject.toml, if anywhere."""
    found = requirements_file.read(path, root)
    if not found.is_hashed:
        raise LockMismatch(f"{path} has lines without hashes.", hint=lockfile.again(path))
    return replace(
        plain_requirements.read(path, root, asked),
        kind="hashed_requirements",
        direct=project_requirements.of(root, asked),
        is_complete=True,
        again=lockfile.AGAIN.format(path.name),
    )


def _is_hashed(path: Path, root: Path) -> bool:
    try:
        return requirements_file.read(path, root).is_hashed
    except LockMismatch:
        return False
