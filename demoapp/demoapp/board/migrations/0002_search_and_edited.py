"""Alter the table: when a note was edited, and its text as search compares it."""

import unicodedata
from typing import Any

from django.db import migrations, models


def fill_search_text(apps: Any, schema_editor: Any) -> None:
    """Notes posted before this can be found too.

    The folding is repeated here: a migration must not change when the model does.
    """
    notes = apps.get_model("board", "Note").objects
    for note in notes.iterator(chunk_size=500):
        text = unicodedata.normalize("NFKC", f"{note.title}\n{note.body}").casefold()
        notes.filter(pk=note.pk).update(search_text=text)


class Migration(migrations.Migration):
    dependencies = [("board", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="note",
            name="edited_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="edited"),
        ),
        migrations.AddField(
            model_name="note",
            name="search_text",
            field=models.TextField(default="", editable=False),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["-created_at", "-id"], name="note_newest_first"),
        ),
        migrations.RunPython(fill_search_text, migrations.RunPython.noop, elidable=True),
    ]
