"""The health page, which touches the database, and the about page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from . import delivery
from .application import Application
from .config import Config
from .errors import one_line

TEXT = [("Content-Type", "text/plain")]
TOO_LARGE = b"The request is too large.\n"


@dataclass(frozen=True)
class Page:
    """An answer that is not the project's."""

    status: str
    body: bytes

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [("Content-Type", "application/json"), ("Cache-Control", "no-store")]


def answer(path: str, app: Application, config: Config) -> Page | None:
    """The page at `path`; None where the path is the project's."""
    if path == app.health:
        return health(app)
    if path == app.about and config.about:
        return Page("200 OK", _json(delivery.facts()))
    return None


def health(app: Application) -> Page:
    """200 as long as the database answers, else 503 with the reason."""
    from django.db import Error, connection

    try:
        connection.close_if_unusable_or_obsolete()  # it may have been restarted since
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        reason = one_line(error)
        facts = {"status": "error", "reason": reason, "version": app.version}
        return Page("503 Service Unavailable", _json(facts))
    finally:
        connection.close_if_unusable_or_obsolete()
    return Page("200 OK", _json({"status": "ok", "version": app.version}))


def _json(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts).encode() + b"\n"
