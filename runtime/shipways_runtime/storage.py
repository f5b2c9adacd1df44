"""The project's own storage of static files, without an error for a name that has no entry."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

Own: Any = import_string(settings.SHIPWAYS_STATIC_STORAGE)


class Lenient(Own):
    """An entry that is missing in the manifest is worth a broken picture, not a page."""

    manifest_strict = False
