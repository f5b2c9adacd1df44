"""The command of a delivered project, and the only place where an error becomes an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from . import application

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
    app = application.current()
    if words in ([], ["-h"], ["--help"]):
        return _print(_help())
    if words == ["--version"]:
        return _print(f"{app.name} {app.version}\n")
    return _guarded(lambda: _run(words))


def _help() -> str:
    app = application.current()
    names = f": {', '.join(app.processes)}" if app.processes else ""
    return HELP.format(name=app.name, version=app.version, prefix=app.prefix, processes=names)


def _guarded(work: Callable[[], int]) -> int:
    """An error that a person can do something about becomes one line and a status."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError

    from .errors import Failure, one_line

    try:
        return work()
    except ImproperlyConfigured as error:
        return _complain(one_line(error), 2)
    except Failure as error:
        return _complain(str(error), 1)
    except OperationalError as error:
        return _complain(f"the database: {one_line(error)}", 1)
    except OSError as error:  # no space left, permission denied: it names the file
        return _complain(one_line(error), 1)
    except KeyboardInterrupt:
        return 130


def _run(words: list[str]) -> int:
    from . import setup

    setup.prepare()
    for line in setup.misspelt():
        # Not an error: Kubernetes adds NAME_PORT and more for a service of this name.
        _complain(f"warning: {line}", 0)
    ours = {"serve": _serve, "restore": _restore, "process": _process, "settings": _settings}
    if words[0] in ours:
        import django

        django.setup()
        return ours[words[0]](words[1:])
    return _manage(words)


def _manage(words: list[str]) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line([application.current().name, *words])
    return 0


def _serve(words: list[str]) -> int:
    from .serve import private, serve

    private()
    return serve(words)


def _restore(words: list[str]) -> int:
    from .restore import restore

    return restore(words)


def _process(words: list[str]) -> int:
    from .processes import process

    os.umask(0o077)
    return process(words, _manage)


def _settings(_words: list[str]) -> int:
    from django.conf import settings

    overlaid = getattr(settings, "OVERLAID", {})
    return _print("".join(f"{name}: {reason}\n" for name, reason in sorted(overlaid.items())))


def _print(text: str) -> int:
    sys.stdout.write(text)
    return 0


def _complain(message: str, status: int) -> int:
    print(f"{application.current().name}: {message}", file=sys.stderr, flush=True)
    return status
