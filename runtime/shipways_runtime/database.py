"""Waiting for a database that is still starting, and changing it one at a time."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection

from . import application, config, state
from .errors import Failure, one_line

Say = Callable[[str], None]
# How a server lets one session in: "Advisory Lock Functions", "Locking Functions"
LOCKS = {
    "postgresql": ("SELECT pg_try_advisory_lock(%s)", "SELECT pg_advisory_unlock(%s)"),
    "mysql": ("SELECT GET_LOCK(%s, 0)", "SELECT RELEASE_LOCK(%s)"),
}


def place() -> str:
    """Where the database is: a file, or a host, port and name. Never the user or the password."""
    if connection.vendor == "sqlite":
        return str(connection.settings_dict["NAME"])
    stated = connection.settings_dict
    host = stated.get("HOST") or "localhost"
    port = f":{stated['PORT']}" if stated.get("PORT") else ""
    return f"{host}{port}/{stated.get('NAME')}"


def wait(say: Say) -> None:
    """Return as soon as the database answers; a Failure when it has not in the time allowed."""
    limit = config.current().database_wait
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

    if connection.vendor in LOCKS:
        with _advisory_lock(waiting, *LOCKS[connection.vendor]):
            yield
    else:
        with state.lock(state.make_directory(config.current().state) / "migrate.lock", waiting):
            yield


@contextmanager
def _advisory_lock(waiting: Callable[[], None], take: str, leave: str) -> Iterator[None]:
    """A session's lock: the server drops it with the connection, also when this process dies."""
    number = zlib.crc32(f"{application.current().name}: migrate".encode())
    with connection.cursor() as cursor:
        for attempt in range(1 << 30):
            cursor.execute(take, [number])
            if cursor.fetchone()[0]:
                break
            if attempt % 50 == 5:
                waiting()
            time.sleep(0.1)
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(leave, [number])
