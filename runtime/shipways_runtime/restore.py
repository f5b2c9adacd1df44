"""`NAME restore BACKUP`: put a copy of an SQLite database back."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from . import application, backups, config, database
from .errors import Failure
from .serve import say
from .upgrade import DEFAULT


def restore(arguments: Sequence[str], typed: Path) -> int:
    """Replace the database by a copy, named as from the folder `typed`.

    The present one is copied aside first.
    """
    from django.db import connections

    app = application.current()
    parser = argparse.ArgumentParser(
        prog=f"{app.name} restore",
        description="Replace the SQLite database with BACKUP, one of the copies in "
        "STATE_DIR/backups. The present database is copied there first.",
    )
    parser.add_argument("backup", type=Path, metavar="BACKUP")
    parser.add_argument(
        "--database",
        default=DEFAULT,
        choices=sorted(connections),
        help="which one of DATABASES (default: %(default)s)",
    )
    chosen = parser.parse_args(arguments)
    backup, connection = typed / chosen.backup, connections[chosen.database]
    if connection.vendor != "sqlite":
        raise Failure("restore is for SQLite; other databases have programs of their own for it")
    backups.check(backup)
    target = Path(connection.settings_dict["NAME"])
    connections.close_all()
    with database.exclusive(say):
        if target.exists():
            label = backups.LABEL if chosen.database == DEFAULT else chosen.database
            copy = backups.copy_aside(target, config.current().backups, label)
            say(f"copied the present database aside to {copy}")
        backups.restore(backup, target)
    say(f"restored {target} from {backup}; restart {app.name} serve")
    return 0
