"""Copies of an SQLite database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from shipways_runtime import backups
from shipways_runtime.errors import Failure


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"This is a letter, not a database. " * 100, "is not an SQLite database"),
        (b"", "not one that Django has migrated"),
        (None, "there is no such file"),
    ],
)
def test_what_is_no_backup(tmp_path: Path, content: bytes | None, problem: str) -> None:
    backup = tmp_path / "backup"
    if content is not None:
        backup.write_bytes(content)
    with pytest.raises(Failure, match=problem):
        backups.check(backup)


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
        database.execute("CREATE TABLE note (title TEXT)")
        database.execute("INSERT INTO note VALUES ('Fresh')")
        database.commit()
        copy = backups.copy_aside(tmp_path / "db.sqlite3", tmp_path / "backups")
    with closing(sqlite3.connect(copy)) as found:
        assert found.execute("SELECT title FROM note").fetchall() == [("Fresh",)]
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_the_newest_that_fits(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        with closing(sqlite3.connect(tmp_path / f"db-{number}.sqlite3")) as database:
            database.execute("CREATE TABLE django_migrations (app, name)")
            for name in range(number):
                database.execute("INSERT INTO django_migrations VALUES ('a', ?)", (str(name),))
            database.commit()
    known = {("a", "0"), ("a", "1")}
    assert backups.newest_that_fits(tmp_path, known) == tmp_path / "db-2.sqlite3"
    assert backups.newest_that_fits(tmp_path, set()) is None
    assert backups.newest_that_fits(tmp_path, known, "other") is None
