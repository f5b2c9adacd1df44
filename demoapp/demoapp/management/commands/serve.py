"""``demoapp serve``: everything from an empty state directory to a running site."""

from __future__ import annotations

import os
import signal
import sys
from argparse import ArgumentParser
from io import TextIOWrapper
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from demoapp import __version__, database, server, statics, upgrade


class Command(BaseCommand):
    help = (
        "Bring the database up to date, collect the static files, and serve the site with gunicorn"
        " until SIGTERM. Before a migration an SQLite database is copied to STATE_DIR/backups."
    )
    requires_system_checks = ()
    suppressed_base_arguments = {
        "--version", "--verbosity", "--settings", "--pythonpath",
        "--traceback", "--no-color", "--force-color", "--skip-checks",
    }  # fmt: skip

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--bind",
            default=settings.BIND,
            metavar="ADDRESS",
            help="HOST:PORT, [IPV6]:PORT or unix:PATH (DEMOAPP_BIND, now %(default)s)",
        )
        parser.add_argument(
            "--workers",
            type=int,
            default=settings.WORKERS,
            metavar="N",
            help="processes (DEMOAPP_WORKERS, now %(default)s)",
        )
        parser.add_argument(
            "--threads",
            type=int,
            default=settings.THREADS,
            metavar="N",
            help="threads of each process (DEMOAPP_THREADS, now %(default)s)",
        )

    def handle(self, *, bind: str, workers: int, threads: int, **options: Any) -> None:
        os.umask(0o077)
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=True)  # a log is read while it is written
        # The first process of a container gets no default action for a signal.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        sock = server.bind(bind)
        self.say(f"version {__version__}, state in {settings.STATE_DIR}")
        database.wait(self.say)
        upgrade.upgrade(self.say)
        statics.collect()
        connections.close_all()  # workers are forks, and must not share one
        server.run(sock, workers, threads)

    def say(self, line: str) -> None:
        self.stdout.write(f"demoapp: {line}")
