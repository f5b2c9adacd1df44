"""Logs go to standard output, or where the project's own files for them can be written."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .. import state
from ..application import Application
from ..config import Config
from .base import Change, Settings, changed, in_tree

FORMAT = "[%(process)d] %(levelname)s %(message)s"


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
        "formatters": {"level": {"format": FORMAT}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "formatter": "level",
                "stream": "ext://sys.stdout",
            },
            "none": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "django": {"handlers": ["out"], "propagate": False, "level": _django(level)},
            # The server's access log has every request already.
            "django.request": {"handlers": ["out"], "propagate": False, "level": "ERROR"},
            # A name that the site does not answer to is asked for by strangers all day long.
            "django.security.DisallowedHost": {"handlers": ["none"], "propagate": False},
        },
    }


def _django(level: str) -> str:
    """Django's own debugging has every query in it."""
    return "INFO" if level == "DEBUG" else level


def to_output_too(names: Iterable[str], level: str) -> None:
    """Loggers of a server, without a configuration that would close those of the project."""
    for name in names:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s" if "access" in name else FORMAT))
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(level)
