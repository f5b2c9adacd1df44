"""How this copy was delivered, and what it runs on: the facts on /about."""

from __future__ import annotations

import json
import os
import platform
import pwd
from importlib import metadata
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest

from demoapp import __version__, database

PACKAGE = Path(__file__).resolve().parent


def delivery_format() -> str:
    """What a package says in SHIPWAYS_FORMAT or else, for a plain installation, pip's records.

    direct_url.json (PEP 610) tells a version control system or a folder from an index.
    """
    if declared := os.environ.get("SHIPWAYS_FORMAT", "").strip():
        return declared[:40]
    try:
        installed = metadata.distribution("demoapp")
    except metadata.PackageNotFoundError:
        return "source"
    if Path(str(installed.locate_file("demoapp"))).resolve() != PACKAGE:
        return "source"  # an editable installation, or a checkout beside an installed copy
    origin = json.loads(installed.read_text("direct_url.json") or "{}")
    if "vcs_info" in origin:
        return "git"
    return "source" if "dir_info" in origin else "wheel"


def user() -> str:
    """The user this process runs as; a container may run under a number that has no name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def database_name() -> str:
    """Kind, version and place of the database; says so when there is none to ask."""
    kind = connection.display_name
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sqlite_version()"
                if connection.vendor == "sqlite"
                else "SHOW server_version"
            )
            version = cursor.fetchone()[0].split()[0]
    except DatabaseError:
        version = "(unavailable)"
    return f"{kind} {version}, {database.place()}"


def facts() -> dict[str, str]:
    """Everything on /about. It is public, so nothing here is secret."""
    return {
        "format": delivery_format(),
        "version": __version__,
        "python": platform.python_version(),
        "django": django.get_version(),
        "database": database_name(),
        "user": user(),
        "state_directory": str(settings.STATE_DIR),
        "code": str(PACKAGE),
        "system": _system(),
    }


def context(request: HttpRequest) -> dict[str, Any]:
    """A template context processor: the footer of every page names the version."""
    return {"version": __version__}


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()
