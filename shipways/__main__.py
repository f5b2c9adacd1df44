"""The command line; the only place where an error becomes an exit code."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from shipways.cli import commands, parser, resolve
from shipways.errors import REPORT, ShipwaysError
from shipways.util.os_errors import explain

INTERRUPTED = 128 + signal.SIGINT  # as a shell would say
UNHEARD = 128 + signal.SIGPIPE
UMASK = 0o022  # build tools put modes into archives: they are the same whoever builds
CRASH = "crash.log"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    before = signal.signal(signal.SIGTERM, _stop)
    mask = os.umask(UMASK)
    try:
        return _printed(argv)
    except OSError as error:
        unheard = _stdout_fails() and isinstance(error, BrokenPipeError)
        return UNHEARD if unheard else _complain(str(explain(error)), 1)
    finally:
        os.umask(mask)
        signal.signal(signal.SIGTERM, before)


def _printed(argv: Sequence[str] | None) -> int:
    """Run one command, and let all it prints out. Raises `OSError` where that fails."""
    try:
        return _run(parser.parser().parse_args(argv))
    finally:
        if sys.stdout:
            sys.stdout.flush()


def _run(parsed: argparse.Namespace) -> int:
    _log(parsed)
    try:
        return commands.COMMANDS[parsed.command](parsed)
    except ShipwaysError as error:
        return _complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _complain("Stopped; dist/ keeps what it had.", INTERRUPTED)
    except BrokenPipeError:
        raise  # of `shipways ... | head`, most likely: whoever listened has enough
    except OSError as error:
        if parsed.verbose:
            traceback.print_exc()
        return _complain(str(explain(error)), 1)
    except Exception as error:
        return _crash(error, parsed)


def _log(parsed: argparse.Namespace) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    level = logging.DEBUG if parsed.verbose else logging.WARNING
    logging.getLogger("shipways").setLevel(level)


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt  # SIGTERM cleans up as Ctrl-C does


def _crash(error: Exception, parsed: argparse.Namespace) -> int:
    """A fault of ours: its story is kept in a file, the terminal has it with --verbose only."""
    story = traceback.format_exc()
    if parsed.verbose:
        print(story, file=sys.stderr, end="")
    told = f"{type(error).__name__}: {error}"
    return _complain(str(ShipwaysError(told, hint=REPORT, log=_kept(story, parsed))), 1)


def _kept(story: str, parsed: argparse.Namespace) -> Path | None:
    """The file with the story: with the other logs, else where a file can be written."""
    for folder in (lambda: resolve.dist(parsed) / "logs", resolve.cache, tempfile.gettempdir):
        with contextlib.suppress(Exception):
            place = Path(folder())
            if place.is_dir():
                (place / CRASH).write_text(story, encoding="utf-8", errors="backslashreplace")
                return place / CRASH
    return None


def _stdout_fails() -> bool:
    """Whether nothing can be printed any more; then nothing is tried again at the end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _complain(message: str, code: int) -> int:
    print(f"shipways: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
