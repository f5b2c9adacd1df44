"""The second migration on a table that has rows already."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from demoapp.board.models import Note


@pytest.mark.django_db(transaction=True)
def test_notes_posted_before_search_are_found_after_it() -> None:
    executor = MigrationExecutor(connection)
    apps = executor.migrate([("board", "0001_initial")]).apps
    author = apps.get_model("auth", "User").objects.create(username="anna")
    apps.get_model("board", "Note").objects.create(author=author, title="КОТ", body="x")
    MigrationExecutor(connection).migrate([("board", "0002_search_and_edited")])
    assert Note.objects.search("кот").get().edited_at is None
