"""`NAME process WORKER`: another process of the project, with the environment that the site has."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from . import application, config
from .errors import BadSetting, Failure
from .variables import filled

PYTHON = ("python", "python3")


def process(arguments: Sequence[str], manage: Callable[[list[str]], int]) -> int:
    """Run the process of that name, in place of this program.

    Its command is `manage ARGUMENTS...`, or a program: a console script of a dependency, which is
    called here, or one of the system's. `{state}` and `{tree}` in it are the folders.
    """
    app = application.current()
    if len(arguments) != 1 or arguments[0] not in app.processes:
        names = ", ".join(app.processes) or "none"
        raise BadSetting("process", f"name one of this application's processes: {names}")
    state = config.current().state
    program, *rest = (filled(word, app, state) for word in app.processes[arguments[0]])
    if program in PYTHON and rest[:1] == ["manage.py"]:
        program, *rest = rest
    if program in ("manage", "manage.py"):
        return manage(rest)
    return run([program, *rest])


def instead(command: Sequence[str], bind: str, sock: socket.socket) -> int:
    """Let the project's own server serve, in place of this program.

    `{bind}`, `{host}` and `{port}` in its command say where; the port is free again for it.
    """
    app, host, port = application.current(), *bind.rpartition(":")[::2]
    sock.close()
    words = [filled(word, app, config.current().state) for word in command]
    for name, value in (("bind", bind), ("host", host.strip("[]")), ("port", port)):
        words = [word.replace(f"{{{name}}}", value) for word in words]
    return run(words)


def run(command: Sequence[str]) -> int:
    """A program in place of this one. Raises `Failure` where there is none of that name."""
    program, *rest = command
    called = _script(program)
    if called:
        sys.argv[:] = [program, *rest]
        return int(called() or 0)
    _pass_on()
    path = sys.executable if program in PYTHON else shutil.which(program)
    if not path:
        raise Failure(f"{program} is not there, nor a command of a dependency")
    return os.execv(path, [program, *rest])


def _pass_on() -> None:
    """What another program, or a Python of its own, has to know: modules and commands."""
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    programs = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])


def _script(name: str) -> Callable[[], Any] | None:
    """The function behind a console script; None where there is none of that name."""
    for distribution in metadata.distributions():
        for entry in distribution.entry_points:
            if entry.group == "console_scripts" and entry.name == name:
                found: Callable[[], Any] = entry.load()
                return found
    return None
