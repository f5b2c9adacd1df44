"""Bytecode of an installation that is read-only (PEP 3147, PYTHONPYCACHEPREFIX).

Compiling Django anew costs most of a second at each start.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def keep(folder: Path) -> None:
    """Keep it below `folder`, in this process and in what it starts.

    Not where bytecode lies beside the code or can be written there, nor where nobody wants it.
    """
    if sys.pycache_prefix is not None or os.environ.get("PYTHONDONTWRITEBYTECODE"):
        return
    if folder.is_absolute() and not _lies_beside():
        sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(folder)
        sys.dont_write_bytecode = False


def _lies_beside() -> bool:
    """Whether Django's code has its bytecode beside it, or gets it there."""
    from importlib.util import cache_from_source, find_spec

    found = find_spec("django")
    if found is None or not found.origin:
        return False
    beside = Path(cache_from_source(found.origin))
    writable = os.access(Path(found.origin).parent, os.W_OK) and not sys.dont_write_bytecode
    return beside.is_file() or writable
