"""`NAME serve`: everything from an empty state directory to a running site."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from . import application, binding, config, database, processes, statics, upgrade
from .errors import Failure
from .state import make_directory


def serve(arguments: Sequence[str]) -> int:
    """Bind, wait for the database, upgrade it, collect static files, serve until SIGTERM."""
    from django.db import connections

    chosen = _parser().parse_args(arguments)
    app, settings = application.current(), config.current()
    # The first process of a container gets no default action for a signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # a log is read while it is written
    sock = binding.bind(chosen.bind)
    say(f"version {app.version}, state in {settings.state}")
    for name in app.directories:
        make_directory(settings.state / name)
    database.wait(say)
    upgrade.upgrade(say)
    statics.collect()
    connections.close_all()  # workers are forks, and must not share one
    return _run(sock, chosen)


def _run(sock: socket.socket, chosen: argparse.Namespace) -> int:
    app = application.current()
    if app.server:
        return processes.instead(app.server, chosen.bind, sock)
    if app.kind == "asgi":
        from . import asgi_server

        asgi_server.run(sock, chosen.workers)
        return 0
    try:
        from . import wsgi_server
    except ImportError as error:
        raise Failure(f"gunicorn, which serves this project, is not there: {error}") from error
    wsgi_server.run(sock, chosen.workers, chosen.threads)
    return 0


def _parser() -> argparse.ArgumentParser:
    app, settings = application.current(), config.current()
    made = argparse.ArgumentParser(
        prog=f"{app.name} serve",
        description="Bring the database up to date, collect the static files, and serve until "
        "SIGTERM. Before a migration an SQLite database is copied to STATE_DIR/backups.",
    )
    told = f"({app.prefix}BIND, now %(default)s)"
    made.add_argument(
        "--bind",
        default=settings.bind,
        metavar="ADDRESS",
        help=f"HOST:PORT, [IPV6]:PORT or unix:PATH {told}",
    )
    made.add_argument(
        "--workers", type=int, default=settings.workers, metavar="N", help="processes"
    )
    made.add_argument(
        "--threads", type=int, default=settings.threads, metavar="N", help="threads of each (WSGI)"
    )
    return made


def say(line: str) -> None:
    """To the log, at once."""
    print(f"{application.current().name}: {line}", flush=True)
