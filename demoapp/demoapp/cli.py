"""The ``demoapp`` command, and the only place where an error becomes an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from demoapp import __version__
from demoapp.errors import Failure, one_line

HELP = f"""\
usage: demoapp COMMAND [OPTIONS]

A notice board, version {__version__}.

commands:
  serve               bring the database up to date and serve the site
  createsuperuser     make an account that may use /admin/
  changepassword      give somebody a new password
  restore BACKUP      put back a copy of an SQLite database
  check --deploy      look for mistakes in the settings
  help [COMMAND]      list every command, or explain one

options:
  -h, --help          show this
  --version           show the version

settings are environment variables, among them:
  DEMOAPP_STATE_DIR      where the database, its copies and the secret key live
                         (default: ~/.local/state/demoapp)
  DEMOAPP_BIND           where to listen (default: 127.0.0.1:8000)
  DEMOAPP_ALLOWED_HOSTS  host names the site answers to, separated by commas
                         (default: localhost,127.0.0.1,[::1])
  DATABASE_URL           postgres://user:password@host:5432/name
                         (default: an SQLite file in DEMOAPP_STATE_DIR)

exit status: 0 done, 1 failed, 2 wrong use or a wrong setting
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command with the arguments ``argv``, by default those of this process."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments in ([], ["-h"], ["--help"]):
        return _print(HELP)
    if arguments == ["--version"]:
        return _print(f"demoapp {__version__}\n")
    try:
        return _run(arguments)
    except ImproperlyConfigured as error:
        return _complain(one_line(error), 2)
    except Failure as error:
        return _complain(str(error), 1)
    except OSError as error:  # no space left, permission denied: it names the file
        return _complain(one_line(error), 1)
    except OperationalError as error:
        return _complain(f"the database: {one_line(error)}", 1)
    except KeyboardInterrupt:
        return 130


def _run(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demoapp.settings")
    # Now, because Django would put off a wrong setting and then blame the command for it.
    from demoapp.settings import env

    for line in env.misspelt("DEMOAPP_"):
        # Not an error: Kubernetes adds DEMOAPP_PORT and more for a service of this name.
        _complain(f"warning: {line}", 0)
    execute_from_command_line(["demoapp", *arguments])
    return 0


def _print(text: str) -> int:
    sys.stdout.write(text)
    return 0


def _complain(message: str, status: int) -> int:
    print(f"demoapp: {message}", file=sys.stderr, flush=True)
    return status
