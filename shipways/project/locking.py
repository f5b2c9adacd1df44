"""What an application depends on, locked: by its own lock, or by one that is made for it.

To what the project asks for comes what the runtime serves it with. Where the project has no lock,
or its lock lacks the server, `shipways.lock` is made beside the configuration, to be kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from shipways.errors import LockMismatch
from shipways.project import locks
from shipways.project.locks import Locked, pylock

STATED = "configuration"  # what says it, where no file of the project does
SERVERS = {"wsgi": ("gunicorn>=23",), "asgi": ("uvicorn>=0.34", "websockets>=13")}
STATIC = ("whitenoise>=6.6",)
# For the stack, and for whoever sets DATABASE_URL.
DRIVER = ("psycopg>=3.1.8",)
DRIVERS = {"psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "psycopg-c"}


@dataclass(frozen=True)
class Wanted:
    """What is asked for, as far as the configuration and the project's files say it."""

    direct: tuple[str, ...] = ()  # where nothing else says it, or the configuration says it better
    is_stated: bool = False  # the configuration does
    requires_python: str = ">=3.10"
    named: str | None = None  # the lock or requirements file to take
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    server: tuple[str, ...] = ()  # what the runtime needs besides


@dataclass(frozen=True)
class Resolved:
    """All of it: `requirements` of the wheel, and `lock` as pip reads it in hash-checking mode."""

    requirements: tuple[str, ...]
    lock: str


def server(kind: str, names: Iterable[str], *, static: bool = True) -> tuple[str, ...]:
    """What the runtime needs to serve a project of this kind that depends on these names."""
    known = {canonicalize_name(name) for name in names}
    driver = () if known & DRIVERS else DRIVER
    return (*SERVERS[kind], *(STATIC if static else ()), *driver)


def resolve(root: Path, kept: Path, wanted: Wanted) -> Resolved:
    """Lock everything, or read what is locked; `kept` is where `shipways.lock` is, or will be.

    Raises `LockMismatch` where a lock is older than what it locks, or nothing can be locked.
    """
    source = find(root, kept, wanted)
    if kept.is_file() and (source.kind == STATED or source.path != kept):
        locked = pylock.read(kept, root)
        locks.check(locked, wanted.requires_python, source)
    else:
        locked = locks.complete(source, root, wanted.requires_python, wanted.server, to=kept)
        locks.check(locked, wanted.requires_python)
    held = {pin.name for pin in locked.pins}
    lacking = [line for line in wanted.server if _name(line) not in held]
    if lacking:
        raise LockMismatch(
            f"{locked.path} does not hold {', '.join(lacking)}, which serves the project.",
            hint=f"Remove {kept.name}, and build again: it is made anew.",
        )
    direct = [str(requirement) for requirement in source.direct]
    more = [line for line in wanted.server if _name(line) not in map(_name, direct)]
    return Resolved((*direct, *more), locks.as_requirements(locked))


def find(root: Path, kept: Path, wanted: Wanted) -> Locked:
    """What says what the project depends on. Raises `LockMismatch` where nothing does."""
    if not wanted.is_stated and (wanted.named or _has_any(root)):
        found = locks.find(root, wanted.named, wanted.extras, wanted.groups)
        if found.direct or found.pins:
            return found
    if not wanted.direct:
        return locks.find(root, wanted.named, wanted.extras, wanted.groups)
    return Locked(
        path=kept,
        kind=STATED,
        pins=(),
        direct=tuple(map(Requirement, wanted.direct)),
        is_complete=False,
    )


def _has_any(root: Path) -> bool:
    return any(reader.finds(root) for reader in locks.READERS.values())


def _name(line: str) -> str:
    return canonicalize_name(Requirement(line).name)


def names(lines: Sequence[str]) -> tuple[str, ...]:
    """The distributions that requirements name."""
    return tuple(map(_name, lines))
