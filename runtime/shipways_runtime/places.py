"""Where an installation keeps what it writes. Known before anything else is imported."""

from __future__ import annotations

import os
from pathlib import Path

from . import application
from .errors import BadSetting


def state() -> Path:
    """The state directory as it is set, not checked yet."""
    stated = os.environ.get(f"{application.current().prefix}STATE_DIR", "").strip()
    return Path(stated) if stated else default_state()


def default_state() -> Path:
    """``$XDG_STATE_HOME/NAME``, or ``~/.local/state/NAME`` (XDG Base Directory 0.8)."""
    app = application.current()
    base = os.environ.get("XDG_STATE_HOME", "")
    try:
        return (Path(base) if os.path.isabs(base) else Path.home() / ".local/state") / app.name
    except RuntimeError as error:
        reason = "is not set, and this user has no home"
        raise BadSetting(f"{app.prefix}STATE_DIR", reason) from error


def bytecode() -> Path:
    """In the service's cache directory (systemd.exec(5)), else in the state directory."""
    cache = os.environ.get("CACHE_DIRECTORY", "").partition(":")[0]
    return (Path(cache) if os.path.isabs(cache) else state() / "cache") / "bytecode"
