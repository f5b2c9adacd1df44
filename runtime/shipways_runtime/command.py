"""The command of a delivered project, and the only place where an error becomes an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from . import application, errors

HELP = """\
usage: {name} COMMAND [OPTIONS]

{name} {version}.

commands:
  serve               bring the database up to date and serve the site
  process NAME        run another process of the project{processes}
  restore BACKUP      put back a copy of an SQLite database
  settings            show what is laid over the project's own settings, and why
  help [COMMAND]      list the project's management commands, or explain one;
                      each of them is a command of this one, as of manage.py

options:
  -h, --help          show this
  --version           show the version

settings are environment variables, among them:
  {prefix}STATE_DIR      where the database, its copies and the secret key live
                         (default: ~/.local/state/{name})
  {prefix}BIND           where to listen (default: 127.0.0.1:8000)
  {prefix}ALLOWED_HOSTS  host names the site answers to, separated by commas
  DATABASE_URL           postgres://user:password@host:5432/name

exit status: 0 done, 1 failed, 2 wrong use or a wrong setting
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command with `arguments`, by default those of this process."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app = application.current()
        if words in ([], ["-h"], ["--help"]):
            return _print(_help())
        if words == ["--version"]:
            return _print(f"{app.name} {app.version}\n")
        return _run(words)
    except Exception as error:
        return _status(error)
    except KeyboardInterrupt:
        return 130


def _help() -> str:
    app = application.current()
    names = f": {', '.join(app.processes)}" if app.processes else ""
    return HELP.format(name=app.name, version=app.version, prefix=app.prefix, processes=names)


def _status(error: Exception) -> int:
    """An error that a person can do something about becomes one line and a status."""
    if isinstance(error, errors.BadSetting):
        return _complain(errors.one_line(error), 2)
    if isinstance(error, errors.Failure):
        return _complain(str(error), 1)
    if isinstance(error, OSError):  # no space left, permission denied: it names the file
        return _complain(errors.one_line(error), 1)
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError

    if isinstance(error, ImproperlyConfigured):
        return _complain(errors.one_line(error), 2)
    if isinstance(error, OperationalError):
        return _complain(f"the database: {errors.one_line(error)}", 1)
    raise error


def _run(words: list[str]) -> int:
    from . import bytecode, places, user

    os.umask(0o077)  # what is written from here on is for nobody else
    # Root runs no bytecode that another could have written.
    if user.become(places.state()):
        bytecode.keep(places.bytecode())
    typed = user.where()
    from . import setup

    setup.prepare()
    for line in setup.misspelt():
        # Not an error: Kubernetes adds NAME_PORT and more for a service of this name.
        _complain(f"warning: {line}", 0)
    if words[0] not in OURS:
        return _manage(words)
    import django

    django.setup()
    return OURS[words[0]](words[1:], typed)


def _manage(words: list[str]) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line([application.current().name, *words])
    return 0


def _serve(words: list[str], _typed: Path) -> int:
    from .serve import serve

    return serve(words)


def _restore(words: list[str], typed: Path) -> int:
    from .restore import restore

    return restore(words, typed)


def _process(words: list[str], _typed: Path) -> int:
    from .processes import process

    return process(words, _manage)


def _settings(_words: list[str], _typed: Path) -> int:
    from django.conf import settings

    overlaid = getattr(settings, "OVERLAID", {})
    return _print("".join(f"{name}: {reason}\n" for name, reason in sorted(overlaid.items())))


def _print(text: str) -> int:
    sys.stdout.write(text)
    return 0


def _complain(message: str, status: int) -> int:
    print(f"{application.name()}: {message}", file=sys.stderr, flush=True)
    return status


# Their words, and the folder in which they were typed
OURS: dict[str, Callable[[list[str], Path], int]] = {
    "serve": _serve,
    "restore": _restore,
    "process": _process,
    "settings": _settings,
}
