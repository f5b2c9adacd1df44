"""The folder of what is kept between runs: downloads, finished layers, locks."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from shipways.errors import UsageError
from shipways.util import places

VARIABLE = "SHIPWAYS_CACHE"
HINT = f"Set {VARIABLE}, or XDG_CACHE_HOME, to a folder that this user may write to."


def folder() -> Path:
    """$SHIPWAYS_CACHE, else `shipways` in the user's cache folder; it is there afterwards.

    Raises `UsageError` where there is none: a user without a home, or with one that cannot be
    written to (XDG Base Directory Specification).
    """
    path = places.passable(Path(os.environ.get(VARIABLE) or _users()), HINT)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be made: {error.strerror}.", hint=HINT) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise UsageError(f"{path} cannot be written to.", hint=HINT)
    return path.absolute()


def _users() -> Path:
    """Without HOME and an entry in passwd(5), "~" stays as it is, or is an error."""
    try:
        path = platformdirs.user_cache_path("shipways")
    except RuntimeError:
        path = Path()
    if not path.is_absolute():
        raise UsageError("This user has no home, so no place for a cache.", hint=HINT)
    return path
