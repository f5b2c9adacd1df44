"""A note on the board."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def fold(text: str) -> str:
    """``text`` as search compares it: without regard to case, or to how an accent is encoded."""
    return unicodedata.normalize("NFKC", text).casefold()


class NoteQuerySet(models.QuerySet["Note"]):
    def search(self, query: str) -> NoteQuerySet:
        """The notes that contain every word of ``query``."""
        notes = self
        for word in fold(query).split():
            notes = notes.filter(search_text__contains=word)
        return notes


class Note(models.Model):
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.CASCADE,
        related_name="notes",
    )
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"), max_length=5000)
    created_at = models.DateTimeField(_("posted"), default=timezone.now, editable=False)
    edited_at = models.DateTimeField(_("edited"), null=True, editable=False)
    # SQLite's LIKE ignores case in ASCII only, so «Кот» would not find «кот» without this.
    search_text = models.TextField(default="", editable=False)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="note_newest_first")]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = fold(f"{self.title}\n{self.body}")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("board:note", args=[self.pk])
