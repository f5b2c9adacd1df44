"""The project's own storage of static files, without an error for a name that has no entry."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

Own: Any = import_string(settings.SHIPWAYS_STATIC_STORAGE)


class Lenient(Own):
    """A file that is missing is worth a broken picture, not a page, nor a start."""

    manifest_strict = False

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """Of a template's or a style sheet's reference: as it stands, where nothing is behind it.

        Django raises ValueError then, whether `manifest_strict` or not.
        """
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:
            return name
