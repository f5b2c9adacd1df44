"""Static files from STATIC_ROOT by whitenoise, where the project does not serve them itself."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings

from .application import Application

HASHED = re.compile(r"\.[0-9a-f]{8,12}\.[^/]+$")
SECONDS = 60  # a browser asks again after that, but for names that hold a hash


def named(files: Any, path: str) -> Any:
    """The file at a path of a URL; None where there is none."""
    return files.files.get(path) if files else None


def find(app: Application) -> Any:
    """What finds a file by its path; None where there is nothing to serve."""
    url = getattr(settings, "STATIC_URL", None) or ""
    own = any("whitenoise" in name.lower() for name in settings.MIDDLEWARE)
    if app.static != "collect" or own or not url.startswith("/") or not settings.STATIC_ROOT:
        return None
    from whitenoise import WhiteNoise

    return WhiteNoise(
        None,
        root=str(settings.STATIC_ROOT),
        prefix=url,
        max_age=SECONDS,
        immutable_file_test=lambda _path, address: bool(HASHED.search(address)),
    )
