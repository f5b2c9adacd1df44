"""Bring the database up to date before serving, in a way that can be undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from . import application, backups, config, database
from .errors import Failure, one_line


def upgrade(say: database.Say) -> None:
    """Apply what is missing, and run the other commands that come before serving.

    If that fails, an SQLite database is left as it was before.
    """
    with database.exclusive(say):
        executor = MigrationExecutor(connection)
        _point_out_newer(executor, say)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        copy = None
        if plan:
            copy = _copy_aside(say) if executor.loader.applied_migrations else None
            say(f"migrating the database: {len(plan)} to apply")
        for command in application.current().prepare:
            if plan or not _is_plain(command):
                _run(command, copy)


def _is_plain(command: Sequence[str]) -> bool:
    """Whether it only applies the default database's migrations."""
    return command[0] == "migrate" and set(command[1:]) <= {"--noinput", "--no-input"}


def _copy_aside(say: database.Say) -> Path | None:
    if connection.vendor != "sqlite":
        return None  # PostgreSQL has pg_dump, and an administrator who knows when to run it
    copy = backups.copy_aside(_database(), config.current().backups)
    say(f"copied the database aside to {copy}")
    return copy


def _run(command: Sequence[str], copy: Path | None) -> None:
    try:
        call_command(*command)
    except Exception as error:  # a migration may raise anything
        reason = f"{type(error).__name__}: {one_line(error)}"
        what = "the database could not be migrated" if command[0] == "migrate" else command[0]
        raise Failure(f"{what}: {reason}\n{_undo(copy)}") from error


def _undo(copy: Path | None) -> str:
    """Undo a failed migration; returns what the administrator has to know about it."""
    if copy is None:
        return (
            "  Each migration is applied whole or not at all; those before the failed one stay.\n"
            "  To go back, install the version from before, and if it does not start,"
            " restore your own dump."
        )
    advice = f"  The copy from before is {copy}\n  To go on, install the version from before."
    connections.close_all()
    try:
        backups.restore(copy, _database())
    except (OSError, sqlite3.Error) as error:
        return f"  It could not be put back as it was either: {error}\n{advice}"
    return f"  It has been put back as it was.\n{advice}"


def _point_out_newer(executor: MigrationExecutor, say: database.Say) -> None:
    """After a step back to an older version the database may know more than the code does.

    Whether the code still works with it is for the project to say, so that is no reason to stop.
    """
    known = set(executor.loader.disk_migrations)
    newer = sorted(set(executor.loader.applied_migrations) - known)
    if not newer:
        return
    names = ", ".join(f"{app}.{name}" for app, name in newer)
    say(f"warning: a newer version has migrated this database: {names}")
    copy = backups.newest_that_fits(config.current().backups, known)
    if connection.vendor == "sqlite" and copy:
        name = application.current().name
        say(f"warning: if something fails, the copy that fits: {name} restore {copy}")


def _database() -> Path:
    return Path(connection.settings_dict["NAME"])
