"""Logs go to standard output, or where the project's own files for them can be written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .. import state
from ..application import Application
from ..config import Config
from .base import Change, Settings, changed, in_tree


def rules(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    own = found.get("LOGGING")
    if not own:
        yield Change("LOGGING", to_output(config.log_level.upper()), "the project names no log")
        return
    handlers = own.get("handlers") or {}
    moved = {name: _moved(one, app, config) for name, one in handlers.items()}
    if moved != handlers:
        yield Change("LOGGING", changed(own, handlers=moved), "files lie in the state directory")


def _moved(handler: dict[str, Any], app: Application, config: Config) -> dict[str, Any]:
    name = handler.get("filename")
    if name is None or not in_tree(name, app):
        return handler
    folder = state.make_directory(config.state / "logs")
    return changed(handler, filename=str(folder / Path(name).name))


def to_output(level: str) -> dict[str, Any]:
    """systemd and containers take it from there, and add the time."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "level": {"format": "[%(process)d] %(levelname)s %(message)s"},
            "plain": {"format": "%(message)s"},
        },
        "handlers": {"out": _handler("level"), "access": _handler("plain")},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "django": {"handlers": ["out"], "propagate": False, "level": level},
            # A name that the site does not answer to is asked for by strangers all day long.
            "django.security.DisallowedHost": {"handlers": [], "propagate": False},
            "gunicorn.error": {"handlers": ["out"], "propagate": False, "level": level},
            "gunicorn.access": {"handlers": ["access"], "propagate": False, "level": level},
        },
    }


def _handler(formatter: str) -> dict[str, str]:
    return {
        "class": "logging.StreamHandler",
        "formatter": formatter,
        "stream": "ext://sys.stdout",
    }
