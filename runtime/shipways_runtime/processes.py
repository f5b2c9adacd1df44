"""`NAME process WORKER`: another process of the project, with the environment that the site has."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Any

from . import application
from .environment import BadSetting
from .errors import Failure


def process(arguments: Sequence[str], manage: Callable[[list[str]], int]) -> int:
    """Run the process of that name, in place of this program.

    Its command is `manage ARGUMENTS...`, or a program: a console script of a dependency, which is
    called here, or one of the system's.
    """
    known = application.current().processes
    if len(arguments) != 1 or arguments[0] not in known:
        names = ", ".join(known) or "none"
        raise BadSetting("process", f"name one of this application's processes: {names}")
    program, *rest = known[arguments[0]]
    if program in ("manage", "manage.py"):
        return manage(rest)
    called = _script(program)
    if called:
        sys.argv[:] = [program, *rest]
        return int(called() or 0)
    path = shutil.which(program)
    if not path:
        raise Failure(f"{program}, which {arguments[0]} needs, is not there")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    return os.execv(path, [program, *rest])


def _script(name: str) -> Callable[[], Any] | None:
    """The function behind a console script; None where there is none of that name."""
    for distribution in metadata.distributions():
        for entry in distribution.entry_points:
            if entry.group == "console_scripts" and entry.name == name:
                found: Callable[[], Any] = entry.load()
                return found
    return None
