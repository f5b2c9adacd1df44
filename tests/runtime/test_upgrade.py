"""A newer version, a failing migration, the way back."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.runtime.conftest import FRAME, Delivered, Site

pytestmark = pytest.mark.process
Deliver = Callable[..., Delivered]
Serve = Callable[..., Site]
APP = {"site_/settings.py": FRAME + 'INSTALLED_APPS += ["site_"]\n'}
MIGRATION = """
from django.db import migrations


def run(apps, editor):
    {work}


class Migration(migrations.Migration):
    dependencies = {before}
    operations = [migrations.RunSQL("CREATE TABLE {table} (id integer)"),
                  migrations.RunPython(run)]
"""


def migrate(made: Delivered, number: int, work: str = "pass") -> Path:
    """Add a migration to the delivered version."""
    folder = made.tree / "site_" / "migrations"
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").write_text("")
    before = [("site_", f"000{number - 1}_x")] if number > 1 else []
    path = folder / f"000{number}_x.py"
    path.write_text(MIGRATION.format(work=work, before=before, table=f"x{number}"))
    return path


def tables(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'x_'")
        return {row[0] for row in rows}


def test_up_a_failure_and_back_again(deliver: Deliver, serve: Serve) -> None:
    made = deliver(APP)
    database, copies = made.state / "db.sqlite3", made.state / "backups"
    assert serve(made).ready().stop() == 0
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert not copies.exists()

    newer = migrate(made, 1)
    site = serve(made).ready()
    (copy,) = copies.iterdir()
    assert f"copied the database aside to {copy}" in site.log.read_text()
    assert site.stop() == 0
    assert (tables(database), tables(copy)) == ({"x1"}, set())
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600

    broken = migrate(made, 2, "raise RuntimeError('on purpose')")
    site = serve(made)
    assert site.process.wait(60) == 1
    said = site.log.read_text()
    assert "the database could not be migrated: RuntimeError: on purpose" in said
    assert "It has been put back as it was." in said and "Traceback" not in said
    assert tables(database) == {"x1"}

    broken.unlink()
    newer.unlink()
    site = serve(made).ready()
    said = site.log.read_text()
    assert "a newer version has migrated this database: site_.0001_x" in said
    assert f"site restore {copy}" in said
    done = made.run("restore", str(copy.relative_to(made.folder.parent)), cwd=made.folder.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert tables(database) == set()
    assert site.get("/-/health")[0] == 200


def test_two_databases(deliver: Deliver) -> None:
    """Each is copied aside and put back by itself."""
    settings = FRAME + (
        'INSTALLED_APPS += ["site_"]\nDATABASE_ROUTERS = ["site_.router.Both"]\n'
        'DATABASES = {name: {"ENGINE": "django.db.backends.sqlite3", "NAME": name}'
        ' for name in ("default", "log")}\n'
    )
    router = "class Both:\n    def allow_migrate(self, *words, **more):\n        return True\n"
    commands = [["migrate", "--noinput", "-v0"], ["migrate", "--database=log", "-v0"], ["stop"]]
    files = {"site_/settings.py": settings, "site_/router.py": router}
    made = deliver(files, prepare=commands)
    bind = {"SITE_BIND": "127.0.0.1:0"}
    migrate(made, 1)
    assert "site: stop: CommandError" in made.run("serve", cwd=None, **bind).stderr
    log = made.state / "log"
    assert tables(made.state / "default") == tables(log) == {"x1"}

    migrate(made, 2)
    done = made.run("serve", cwd=None, **bind)
    copies = sorted((made.state / "backups").iterdir())
    assert [path.name.partition("-")[0] for path in copies] == ["db", "log"]
    assert "The database log has been put back as it was." in done.stderr
    assert tables(made.state / "default") == tables(log) == {"x1"}

    log.unlink()
    assert made.run("restore", "--database", "log", str(copies[1])).returncode == 0
    assert tables(log) == {"x1"}


def test_commands_that_prepare_a_version(deliver: Deliver) -> None:
    """In their order; migrate with options of its own always, and a failure is named."""
    commands = [["migrate", "--run-syncdb", "-v0"], ["createcachetable", "table"], ["no-such"]]
    made = deliver(APP, prepare=commands)
    done = made.run("serve", SITE_BIND="127.0.0.1:0")
    assert done.returncode == 1
    assert "site: no-such: CommandError: Unknown command" in done.stderr
    with closing(sqlite3.connect(made.state / "db.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM 'table'").fetchone() == (0,)


def test_restore_refuses_in_one_line(deliver: Deliver) -> None:
    made = deliver()
    done = made.run("restore", "/etc/hostname")
    assert done.returncode == 1
    assert done.stderr.startswith("site: /etc/hostname is not an SQLite database")
    assert not (made.state / "db.sqlite3").exists()
