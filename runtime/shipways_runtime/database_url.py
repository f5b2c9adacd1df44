"""DATABASE_URL -> one of Django's DATABASES (12factor.net/backing-services)."""

from __future__ import annotations

import importlib
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .application import Application
from .config import Config
from .errors import BadSetting, one_line

EXAMPLES = "use sqlite:////path/to/file or postgres://user:password@host:5432/name"
SQLITE = "django.db.backends.sqlite3"
ENGINES = {
    "sqlite": SQLITE,
    "sqlite3": SQLITE,
    "postgres": "django.db.backends.postgresql",
    "psql": "django.db.backends.postgresql",
    "pgsql": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "postgis": "django.contrib.gis.db.backends.postgis",
    "mysql": "django.db.backends.mysql",
    "mariadb": "django.db.backends.mysql",
}
PSYCOPG = ("psycopg", "psycopg2")
DRIVERS = {"postgresql": PSYCOPG, "mysql": ("MySQLdb",), "postgis": PSYCOPG}
NEEDS = {
    "postgresql": "PostgreSQL needs psycopg and libpq (Debian: libpq5)",
    "mysql": "MySQL needs mysqlclient",
    "postgis": "PostGIS needs psycopg and libpq (Debian: libpq5)",
}


def configure(url: str, app: Application, config: Config) -> dict[str, Any]:
    """Django's settings for one database. `url` may hold a password: no message repeats it."""
    name = config.environment.called("DATABASE_URL")
    scheme = url.partition("://")[0]
    if scheme not in ENGINES:
        raise BadSetting(name, f"has an unknown scheme; {EXAMPLES}")
    engine = ENGINES[scheme]
    try:
        parts = urlsplit(url)
        port = "" if engine == SQLITE else parts.port or ""
    except ValueError as error:
        raise BadSetting(name, f"is not a database URL; {EXAMPLES}") from error
    path = unquote(parts.path[1:])
    if not path or path == ":memory:":
        raise BadSetting(name, f"names no database; {EXAMPLES}")
    if engine == SQLITE:
        return {"ENGINE": engine, "NAME": path}
    _check_driver(name, engine.rpartition(".")[2])
    options = dict(parse_qsl(parts.query))
    if engine.endswith(("postgresql", "postgis")):
        options = {"connect_timeout": "5", "application_name": app.name, **options}
    return {
        "ENGINE": engine,
        "NAME": path,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": port,
        "OPTIONS": options,
        "CONN_MAX_AGE": kept(app),
        "CONN_HEALTH_CHECKS": True,
    }


def kept(app: Application) -> int:
    """Seconds that a connection is kept for: under ASGI none is (Django's manual, "Databases")."""
    return 0 if app.kind == "asgi" else 60


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
