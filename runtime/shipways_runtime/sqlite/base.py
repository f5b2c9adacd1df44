"""Django's SQLite backend, set up for a web server with several workers.

Django 5.1 got ``init_command`` and ``transaction_mode`` for this; a subclass does the same on 4.2.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from .. import state

PRAGMAS = (
    "PRAGMA journal_mode = WAL",  # readers do not wait for a writer, nor a writer for them
    "PRAGMA synchronous = NORMAL",  # with WAL, a power cut cannot corrupt the database
    "PRAGMA temp_store = MEMORY",  # there may be no writable /tmp
)


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite in WAL mode, in a file that only its owner can read."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if not self.is_in_memory_db():
            # SQLite gives its -wal and -shm files the mode of the database. What fails here fails
            # in SQLite too, and Django knows how to report that.
            with suppress(OSError):
                path = Path(conn_params["database"])
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                state.create_file(path)
        connection = super().get_new_connection(conn_params)
        for pragma in PRAGMAS:
            connection.execute(pragma)
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        # A transaction that begins as a reader and then wants to write fails at once when another
        # has written meanwhile, whatever the timeout. One that begins as a writer waits its turn.
        self.cursor().execute("BEGIN IMMEDIATE")
