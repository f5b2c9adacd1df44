"""Copies of an SQLite database: made before it is migrated, put back when that goes wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import quote

from . import state
from .errors import Failure

Migrations = set  # of (app label, name)
KEEP = 5
LABEL = "db"  # of copies of the default database
STAMP = "%Y%m%dT%H%M%S.%fZ"


def copy_aside(database: Path, directory: Path, label: str = LABEL) -> Path:
    """Copy a live database to a new file in ``directory``, and keep only the newest few there.

    The file appears under its name when it is complete. The backup API sees what is still in the
    write-ahead log, which a copy of the file would miss.
    """
    name = f"{label}-{_stamp(directory, label)}"
    copy, temporary = directory / f"{name}.sqlite3", directory / f".{name}.part"
    try:
        state.make_directory(directory)
        state.create_file(temporary)
        with (
            closing(sqlite3.connect(database)) as source,
            closing(sqlite3.connect(temporary)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        temporary.rename(copy)
    except (OSError, sqlite3.Error) as error:
        raise Failure(f"cannot copy {database} to {directory}: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    for old in newest_first(directory, label)[KEEP:]:
        old.unlink(missing_ok=True)
    return copy


def restore(backup: Path, database: Path) -> None:
    """Put the contents of ``backup`` into ``database``, also while somebody has that open."""
    with _read(backup) as source, closing(sqlite3.connect(database, timeout=20)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = WAL")


def check(backup: Path) -> None:
    """Raise a Failure unless ``backup`` is a sound SQLite database of a Django project."""
    if not backup.is_file():
        raise Failure(f"{backup}: there is no such file")
    try:
        with _read(backup) as source:
            sound = source.execute("PRAGMA quick_check").fetchone() == ("ok",)
    except sqlite3.Error as error:
        raise Failure(f"{backup} is not an SQLite database: {error}") from error
    if not sound:
        raise Failure(f"{backup} is damaged: PRAGMA quick_check does not say ok")
    if not applied(backup):
        raise Failure(f"{backup} is an SQLite database, but not one that Django has migrated")


def applied(backup: Path) -> Migrations:
    """The migrations that ``backup`` has seen; none if it is not a Django database."""
    try:
        with _read(backup) as source:
            return set(source.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.Error:
        return set()


def newest_that_fits(directory: Path, known: Migrations, label: str = LABEL) -> Path | None:
    """The newest copy with no migration beyond the ``known`` ones."""
    fitting = (copy for copy in newest_first(directory, label) if applied(copy))
    return next((copy for copy in fitting if applied(copy) <= known), None)


def _stamp(directory: Path, label: str) -> str:
    """Now, or just after the newest copy: a clock that was set back would make this the oldest."""
    now = datetime.now(timezone.utc)
    for copy in newest_first(directory, label):
        with suppress(ValueError):  # a name that somebody else has chosen
            then = datetime.strptime(copy.name, f"{label}-{STAMP}.sqlite3").replace(
                tzinfo=timezone.utc
            )
            now = max(now, then + timedelta(microseconds=1))
    return now.strftime(STAMP)


def newest_first(directory: Path, label: str = LABEL) -> list[Path]:
    """The copies in ``directory``; their names sort by time."""
    return sorted(directory.glob(f"{label}-[0-9]*.sqlite3"), reverse=True)


@contextmanager
def _read(path: Path) -> Iterator[sqlite3.Connection]:
    """Open for reading. A lone file in WAL mode opens only as immutable, one with its log cannot
    be immutable."""
    how = "mode=ro" if path.with_name(path.name + "-wal").exists() else "immutable=1"
    with closing(sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True)) as connection:
        yield connection
