"""The command line; the only place where an error becomes an exit code."""

from __future__ import annotations

import argparse
import errno
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from shipways import arguments, subcommands
from shipways.errors import ShipwaysError

INTERRUPTED = 130  # 128 + SIGINT, as a shell would say
UMASK = 0o022  # build tools put modes into archives: they are the same whoever builds
OUTSIDE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)  # not a fault of ours


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parsed = arguments.parser().parse_args(argv)
    _log(parsed)
    before = signal.signal(signal.SIGTERM, _stop)
    mask = os.umask(UMASK)
    try:
        return subcommands.COMMANDS[parsed.command](parsed)
    except ShipwaysError as error:
        return _complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _complain("Stopped; dist/ keeps what it had.", INTERRUPTED)
    except OSError as error:
        if error.errno not in OUTSIDE:
            raise
        return _complain(_outside(error), 1)
    finally:
        os.umask(mask)
        signal.signal(signal.SIGTERM, before)


def _log(parsed: argparse.Namespace) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    level = logging.DEBUG if parsed.verbose else logging.WARNING
    logging.getLogger("shipways").setLevel(level)


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt  # SIGTERM cleans up as Ctrl-C does


def _outside(error: OSError) -> str:
    where = f" at {error.filename}" if error.filename else ""
    hint = "Free some space, or choose another folder with --dist; dist/ keeps what it had."
    return f"{os.strerror(error.errno or 0)}{where}.\n{hint}"


def _complain(message: str, code: int) -> int:
    print(f"shipways: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
