"""DATABASE_URL -> one of Django's DATABASES (12factor.net/backing-services)."""

from __future__ import annotations

import importlib
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .application import Application
from .config import Config
from .environment import BadSetting
from .errors import one_line

EXAMPLES = "use sqlite:////path/to/file or postgres://user:password@host:5432/name"
ENGINES = {
    "sqlite": "django.db.backends.sqlite3",
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "postgis": "django.contrib.gis.db.backends.postgis",
    "mysql": "django.db.backends.mysql",
    "mariadb": "django.db.backends.mysql",
}
DRIVERS = {"postgresql": ("psycopg", "psycopg2"), "mysql": ("MySQLdb",), "postgis": ("psycopg2",)}
NEEDS = {
    "postgresql": "PostgreSQL needs psycopg and libpq (Debian: libpq5)",
    "mysql": "MySQL needs mysqlclient",
    "postgis": "PostGIS needs psycopg2",
}


def configure(url: str, app: Application, config: Config) -> dict[str, Any]:
    """Django's settings for one database. `url` may hold a password: no message repeats it."""
    name = config.environment.called("DATABASE_URL")
    scheme = url.partition("://")[0]
    if scheme not in ENGINES:
        raise BadSetting(name, f"has an unknown scheme; {EXAMPLES}")
    try:
        parts = urlsplit(url)
        port, host = parts.port or "", unquote(parts.hostname or "")
    except ValueError as error:
        raise BadSetting(name, f"is not a database URL; {EXAMPLES}") from error
    path = unquote(parts.path[1:])
    if not path or path == ":memory:":
        raise BadSetting(name, f"names no database; {EXAMPLES}")
    engine = ENGINES[scheme]
    if scheme == "sqlite":
        return {"ENGINE": engine, "NAME": path}
    _check_driver(name, engine.rpartition(".")[2])
    options = dict(parse_qsl(parts.query))
    if engine == "django.db.backends.postgresql":
        options = {"connect_timeout": "5", "application_name": app.name, **options}
    return {
        "ENGINE": engine,
        "NAME": path,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _check_driver(variable: str, engine: str) -> None:
    errors = []
    for driver in DRIVERS[engine]:
        try:
            importlib.import_module(driver)
        except ImportError as error:  # psycopg is pure Python: it loads libpq from the system
            errors.append(one_line(error))
        else:
            return
    raise BadSetting(variable, f"{NEEDS[engine]}: {errors[0]}")
