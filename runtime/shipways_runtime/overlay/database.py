"""Databases: what DATABASE_URL says; SQLite files lie in the state directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import django

from .. import database_url
from ..application import PACKAGE, Application
from ..config import Config
from .base import Change, Settings, changed, in_tree, off

SQLITE = "django.db.backends.sqlite3"
PRAGMAS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;"


def rules(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    if off("DATABASES", app):
        return
    databases = {name: dict(one) for name, one in (found.get("DATABASES") or {}).items()}
    url = config.environment.secret("DATABASE_URL")
    if url:
        own = databases.get("default", {})
        kept = {key: value for key, value in own.items() if key in ("ATOMIC_REQUESTS", "TEST")}
        databases["default"] = {**kept, **database_url.configure(url, app, config)}
    elif not databases.get("default"):
        databases["default"] = {"ENGINE": SQLITE, "NAME": "db.sqlite3"}
    made = {name: _settled(one, app, config) for name, one in databases.items()}
    reason = "the environment says so" if url else "files lie in the state directory"
    yield Change("DATABASES", made, reason)


def _settled(one: Mapping[str, Any], app: Application, config: Config) -> dict[str, Any]:
    """A file where it can be written, opened for a server with several workers."""
    if one.get("ENGINE") != SQLITE:
        return dict(one)
    name = one.get("NAME") or "db.sqlite3"
    if str(name) == ":memory:" or str(name).startswith("file:"):
        return dict(one)
    path = Path(str(name))
    path = config.state / path.name if in_tree(path, app) else path
    age = one.get("CONN_MAX_AGE", database_url.kept(app))
    return changed(one, NAME=path, CONN_MAX_AGE=age, **_several(one))


def _several(one: Mapping[str, Any]) -> dict[str, Any]:
    """Readers do not wait for a writer (WAL), and one that will write waits for its turn.

    Django has options for it since 5.1; before that a subclass of its backend does the same.
    """
    options = {"timeout": 20, **one.get("OPTIONS", {})}
    if django.VERSION < (5, 1):
        return {"ENGINE": f"{PACKAGE}.sqlite", "OPTIONS": options}
    own = {"init_command": PRAGMAS, "transaction_mode": "IMMEDIATE"}
    return {"OPTIONS": {**own, **options}}
