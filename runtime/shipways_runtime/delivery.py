"""How this copy was delivered, and what it runs on: the facts on the about page."""

from __future__ import annotations

import os
import platform
import pwd

import django
from django.db import DatabaseError, connection

from . import application, config, database


def delivery_format() -> str:
    """What a package says in SHIPWAYS_FORMAT; else it was installed from a wheel."""
    return os.environ.get("SHIPWAYS_FORMAT", "").strip()[:40] or "wheel"


def user() -> str:
    """The user this process runs as; a container may run under a number that has no name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def database_name() -> str:
    """Kind and place of the database; says so when it does not answer."""
    try:
        connection.ensure_connection()
        answers = ""
    except DatabaseError:
        answers = " (unavailable)"
    return f"{connection.display_name}{answers}, {database.place()}"


def facts() -> dict[str, str]:
    """Everything on the about page. It may be public, so nothing here is secret."""
    app = application.current()
    return {
        "name": app.name,
        "format": delivery_format(),
        "version": app.version,
        "python": platform.python_version(),
        "django": django.get_version(),
        "database": database_name(),
        "user": user(),
        "state_directory": str(config.current().state),
        "code": str(application.HOME),
    }
