"""A newer version, a failing migration, the way back."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from demoapp import backups
from demoapp.errors import Failure
from running import ROOT, Browser, Site, demoapp

Start = Callable[..., Site]
ADD_FIELD = """
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("board", "0002_search_and_edited")]
    operations = [migrations.AddField("note", "colour", models.TextField(null=True))]
"""
FAIL = """
from django.db import migrations
def fail(apps, schema_editor):
    apps.get_model("board", "Note").objects.all().delete()
    raise ValueError("there is no such colour")
class Migration(migrations.Migration):
    dependencies = [("board", "0003_colour")]
    operations = [migrations.RunPython(fail)]
"""


@pytest.fixture
def version(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """The variables that make a version with these further migrations of the board."""

    def made(**migrations: str) -> dict[str, str]:
        name = f"later{len(migrations)}"
        package = tmp_path / name
        shutil.copytree(ROOT / "demoapp" / "board" / "migrations", package)
        for migration, source in migrations.items():
            (package / f"{migration.lstrip('m')}.py").write_text(source)
        settings = f"from demoapp.settings import *\nMIGRATION_MODULES = {{'board': '{name}'}}\n"
        (tmp_path / f"{name}_settings.py").write_text(settings)
        path = f"{ROOT}:{tmp_path}"
        return {"PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": f"{name}_settings"}

    return made


def titles(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute("SELECT title FROM board_note ORDER BY id")]


def copies(site: Site) -> list[Path]:
    return backups.newest_first(site.state_dir / "backups")


def test_up_and_back_again(site: Start, version: Callable[..., dict[str, str]]) -> None:
    first = site().ready()
    browser = Browser(first)
    browser.sign_up("clara")
    browser.fill("/notes/new/", title="Before", body="x")
    assert not copies(first)
    assert first.stop() == 0

    newer = site(**version(m0003_colour=ADD_FIELD)).ready()
    (copy,) = copies(newer)
    assert f"copied the database aside to {copy}" in newer.output()
    assert "Applying board.0003_colour... OK" in newer.output()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    assert titles(copy) == ["Before"]
    assert newer.stop() == 0

    back = site().ready()
    assert "a newer version has migrated this database: board.0003_colour" in back.output()
    assert f"demoapp restore {copy}" in back.output()
    browser = Browser(back)
    browser.sign_up("dora")
    assert "After" in browser.fill("/notes/new/", title="After", body="x")
    assert copies(back) == [copy]


def test_a_failing_migration_leaves_the_database_as_it_was(
    site: Start, version: Callable[..., dict[str, str]]
) -> None:
    first = site().ready()
    browser = Browser(first)
    browser.sign_up("clara")
    browser.fill("/notes/new/", title="Before", body="x")
    assert first.stop() == 0
    database = first.state_dir / "db.sqlite3"
    before = backups.applied(database)

    failed = site(**version(m0003_colour=ADD_FIELD, m0004_fail=FAIL))
    assert failed.wait() == 1
    (copy,) = copies(failed)
    output = failed.output()
    assert "could not be migrated: ValueError: there is no such colour" in output
    assert "put back as it was" in output
    assert f"The copy from before is {copy}" in output
    assert "Traceback" not in output
    assert backups.applied(database) == before
    assert titles(database) == ["Before"]
    assert "Before" in Browser(site().ready()).get("/")


def test_restore_while_serving(site: Start) -> None:
    running = site().ready()
    browser = Browser(running)
    browser.sign_up("clara")
    browser.fill("/notes/new/", title="Kept", body="x")
    database = running.state_dir / "db.sqlite3"
    copy = backups.copy_aside(database, running.state_dir / "mine")
    browser.fill("/notes/new/", title="Lost", body="x")

    done = demoapp("restore", str(copy), state_dir=running.state_dir)
    assert (done.returncode, done.stderr) == (0, "")
    assert titles(database) == ["Kept"]
    assert "Lost" not in browser.get("/")
    (aside,) = copies(running)
    assert titles(aside) == ["Kept", "Lost"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"This is a letter, not a database. " * 100, "is not an SQLite database"),
        (b"", "not one that Django has migrated"),
        (None, "there is no such file"),
    ],
)
def test_restore_refuses(tmp_path: Path, content: bytes | None, problem: str) -> None:
    backup = tmp_path / "backup"
    if content is not None:
        backup.write_bytes(content)
    with pytest.raises(Failure, match=problem):
        backups.check(backup)


def test_restore_refuses_in_one_line(tmp_path: Path) -> None:
    done = demoapp("restore", "/etc/hostname", state_dir=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("demoapp: /etc/hostname is not an SQLite database")
    assert not (tmp_path / "db.sqlite3").exists()


def test_only_the_newest_copies_are_kept(tmp_path: Path) -> None:
    database = tmp_path / "db.sqlite3"
    sqlite3.connect(database).close()
    made = [backups.copy_aside(database, tmp_path / "backups") for _ in range(backups.KEEP + 2)]
    assert backups.newest_first(tmp_path / "backups") == made[: -backups.KEEP - 1 : -1]
    assert len(list((tmp_path / "backups").iterdir())) == backups.KEEP


def test_a_clock_set_back_makes_no_copy_the_oldest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy just made is the one that a failed migration needs."""
    sqlite3.connect(tmp_path / "db.sqlite3").close()
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "db-mine.sqlite3").touch()  # a name of somebody's own
    years = iter((2030, 2029, 2031, 2001, 2001, 1999, 2001, 2032, 2000))
    clock = SimpleNamespace(
        now=lambda zone: datetime(next(years), 1, 1, tzinfo=zone), strptime=datetime.strptime
    )
    monkeypatch.setattr(backups, "datetime", clock)
    for _ in range(9):
        copy = backups.copy_aside(tmp_path / "db.sqlite3", folder)
        stamped = [path for path in backups.newest_first(folder) if "mine" not in path.name]
        assert stamped[0] == copy


def test_the_copy_has_what_is_still_in_the_write_ahead_log(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE board_note (id INTEGER, title TEXT)")
        database.execute("INSERT INTO board_note VALUES (1, 'Fresh')")
        database.commit()
        copy = backups.copy_aside(tmp_path / "db.sqlite3", tmp_path / "backups")
    assert titles(copy) == ["Fresh"]
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]
