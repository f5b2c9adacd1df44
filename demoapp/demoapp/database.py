"""From ``DATABASE_URL`` to Django's DATABASES, and waiting for a server that is still starting."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ
from django.conf import settings
from django.db import OperationalError, connection

from demoapp import state
from demoapp.environment import BadSetting
from demoapp.errors import Failure, one_line

Say = Callable[[str], None]
EXAMPLES = "use sqlite:////path/to/file or postgres://user:password@host:5432/name"
ADVISORY_LOCK = zlib.crc32(b"demoapp: migrate")


def configure(url: str, state_dir: Path) -> dict[str, Any]:
    """Django's settings for one database. ``url`` may hold a password: no message repeats it."""
    if not url:
        return _sqlite("db.sqlite3", state_dir)
    scheme = url.partition("://")[0]
    if scheme not in ("sqlite", "postgres", "postgresql"):
        raise BadSetting("DATABASE_URL", f"has an unknown scheme; {EXAMPLES}")
    try:
        parts = environ.Env.db_url_config(url)
    except ValueError as error:
        raise BadSetting("DATABASE_URL", f"is not a database URL; {EXAMPLES}") from error
    if parts["NAME"] in ("", ":memory:"):
        raise BadSetting("DATABASE_URL", f"names no database; {EXAMPLES}")
    return _sqlite(parts["NAME"], state_dir) if scheme == "sqlite" else _postgresql(parts)


def _sqlite(name: str, state_dir: Path) -> dict[str, Any]:
    return {
        "ENGINE": "demoapp.sqlite",
        "NAME": state_dir / name,  # an absolute name replaces the directory
        "OPTIONS": {"timeout": 20},
        # Closing the last connection folds the write-ahead log into the file and syncs the disk;
        # once a minute will do.
        "CONN_MAX_AGE": 60,
    }


def _postgresql(parts: dict[str, Any]) -> dict[str, Any]:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        # psycopg is pure Python: it loads libpq from the system.
        reason = f"PostgreSQL needs psycopg and libpq (Debian: libpq5): {one_line(error)}"
        raise BadSetting("DATABASE_URL", reason) from error
    options = {"connect_timeout": 5, "application_name": "demoapp"} | parts.get("OPTIONS", {})
    return {
        **parts,
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def place() -> str:
    """Where the database is: a file, or a host, port and name. Never the user or the password."""
    if connection.vendor == "sqlite":
        return str(connection.settings_dict["NAME"])
    values = connection.get_connection_params()
    host, port = values.get("host", "localhost"), values.get("port", 5432)
    return f"{host}:{port}/{values.get('dbname')}"


def wait(say: Say) -> None:
    """Return as soon as the database answers; a Failure when it has not in the time allowed."""
    limit = settings.DATABASE_WAIT
    start, pause, told = time.monotonic(), 0.1, 0.0
    while True:
        try:
            return connection.ensure_connection()
        except OperationalError as error:
            spent, reason = time.monotonic() - start, one_line(error)
        if connection.vendor == "sqlite" or spent + pause > limit:
            raise Failure(f"no database at {place()} after {spent:.0f} s: {reason}")
        if spent >= told:
            say(f"waiting for the database at {place()}: {reason}")
            told = spent + 5
        time.sleep(pause)
        pause = min(pause * 1.5, 2)


@contextmanager
def exclusive(say: Say) -> Iterator[None]:
    """Of several copies that start at once, one at a time gets to change the database."""

    def waiting() -> None:
        say("waiting for another start to finish with the database")

    if connection.vendor == "postgresql":
        with _advisory_lock(waiting):
            yield
    else:
        with state.lock(Path(connection.settings_dict["NAME"]).parent / "migrate.lock", waiting):
            yield


@contextmanager
def _advisory_lock(waiting: Callable[[], None]) -> Iterator[None]:
    """A session's lock: PostgreSQL drops it with the connection, also when this process dies."""
    with connection.cursor() as cursor:
        for attempt in range(1 << 30):
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
            if cursor.fetchone() == (True,):
                break
            if attempt % 50 == 5:
                waiting()
            time.sleep(0.1)
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
