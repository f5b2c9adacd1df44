"""``demoapp restore``: put a copy of an SQLite database back."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, connections

from demoapp import backups, database
from demoapp.errors import Failure


class Command(BaseCommand):
    help = (
        "Replace the SQLite database with BACKUP, one of the copies in STATE_DIR/backups."
        " The present database is copied there first."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path, metavar="BACKUP")

    def handle(self, *, backup: Path, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise Failure("restore is for SQLite; use pg_restore or psql for PostgreSQL")
        backups.check(backup)
        target = Path(connection.settings_dict["NAME"])
        connections.close_all()
        with database.exclusive(self.stdout.write):
            if target.exists():
                copy = backups.copy_aside(target, settings.BACKUP_DIR)
                self.stdout.write(f"copied the present database aside to {copy}")
            backups.restore(backup, target)
        self.stdout.write(f"restored {target} from {backup}; restart demoapp serve")
