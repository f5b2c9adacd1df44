"""Bring the database up to date before serving, in a way that can be undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from . import application, backups, config, database
from .errors import Failure, one_line

DEFAULT = "default"
Copies = dict[str, Path]  # of SQLite databases, by their names in DATABASES


def upgrade(say: database.Say) -> None:
    """Apply what is missing, and run the other commands that come before serving.

    If that fails, SQLite databases are left as they were before.
    """
    commands = application.current().prepare
    names = {DEFAULT, *(_database_of(one) for one in commands if one[0] == "migrate")}
    with database.exclusive(say):
        copies: Copies = {}
        pending = [name for name in sorted(names) if _prepare(name, copies, say)]
        for command in commands:
            if DEFAULT in pending or not _is_plain(command):
                _run(command, bool(pending), copies)


def _database_of(command: Sequence[str]) -> str:
    """Which one `migrate` migrates."""
    words = " ".join(command).replace("--database ", "--database=").split()
    stated = [word.partition("=")[2] for word in words if word.startswith("--database=")]
    return stated[-1] if stated else DEFAULT


def _is_plain(command: Sequence[str]) -> bool:
    """Whether it only applies the default database's migrations."""
    return command[0] == "migrate" and set(command[1:]) <= {"--noinput", "--no-input"}


def _prepare(name: str, copies: Copies, say: database.Say) -> bool:
    """Whether migrations are pending; a copy is made then."""
    executor = MigrationExecutor(connections[name])
    _point_out_newer(name, executor, say)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return False
    which = "the database" if name == DEFAULT else f"the database {name}"
    if executor.loader.applied_migrations and connections[name].vendor == "sqlite":
        # PostgreSQL has pg_dump, and an administrator who knows when to run it
        copies[name] = backups.copy_aside(_file(name), config.current().backups, _label(name))
        say(f"copied {which} aside to {copies[name]}")
    say(f"migrating {which}: {len(plan)} to apply")
    return True


def _run(command: Sequence[str], pending: bool, copies: Copies) -> None:
    try:
        call_command(*command)
    except Exception as error:  # a migration may raise anything
        reason = f"{type(error).__name__}: {one_line(error)}"
        what = "the database could not be migrated" if command[0] == "migrate" else command[0]
        advice = f"\n{_undo(copies)}" if pending else ""
        raise Failure(f"{what}: {reason}{advice}") from error


def _undo(copies: Copies) -> str:
    """Undo a failed migration; returns what the administrator has to know about it."""
    if not copies:
        return (
            "  Each migration is applied whole or not at all; those before the failed one stay.\n"
            "  To go back, install the version from before, and if it does not start,"
            " restore your own dump."
        )
    connections.close_all()
    told = [line for name, copy in copies.items() for line in _put_back(name, copy)]
    return "\n".join([*told, "  To go on, install the version from before."])


def _put_back(name: str, copy: Path) -> list[str]:
    what = "It" if name == DEFAULT else f"The database {name}"
    where = f"  The copy from before is {copy}"
    try:
        backups.restore(copy, _file(name))
    except (OSError, sqlite3.Error) as error:
        return [f"  {what} could not be put back as it was either: {error}", where]
    return [f"  {what} has been put back as it was.", where]


def _point_out_newer(name: str, executor: MigrationExecutor, say: database.Say) -> None:
    """After a step back to an older version the database may know more than the code does.

    Whether the code still works with it is for the project to say, so that is no reason to stop.
    """
    known = set(executor.loader.disk_migrations)
    newer = sorted(set(executor.loader.applied_migrations) - known)
    if not newer:
        return
    names = ", ".join(".".join(one) for one in newer)
    say(f"warning: a newer version has migrated this database: {names}")
    copy = backups.newest_that_fits(config.current().backups, known, _label(name))
    if connections[name].vendor == "sqlite" and copy:
        words = "" if name == DEFAULT else f"--database {name} "
        called = application.current().name
        say(f"warning: if something fails, the copy that fits: {called} restore {words}{copy}")


def _label(name: str) -> str:
    """What the names of its copies begin with."""
    return backups.LABEL if name == DEFAULT else name


def _file(name: str) -> Path:
    return Path(connections[name].settings_dict["NAME"])
