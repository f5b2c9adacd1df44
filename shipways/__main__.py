"""The command line; the only place where an error becomes an exit code.

Modules that a subcommand needs are imported when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import errno
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from shipways import __version__
from shipways.errors import ShipwaysError

if TYPE_CHECKING:
    from shipways.formats import Options
    from shipways.results import Results

INTERRUPTED = 130  # 128 + SIGINT, as a shell would say

DESCRIPTION = """\
Build every delivery format of a Django project, install each artifact on a clean machine by the
very steps it prints, and report what each format costs."""

EPILOG = """\
examples:
  shipways build                          every format of the project in this folder
  shipways build deb-bundled rpm --project ../notes
  shipways doctor                         what each format needs on this machine
  shipways report                         write dist/report.html again from dist/results.json

exit codes:
  0  all asked for is ok          2  wrong use, or a wrong project
  1  something failed             3  a needed tool is missing"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns the exit code."""
    arguments = _parser().parse_args(argv)
    _log(arguments)
    signal.signal(signal.SIGTERM, _stop)
    try:
        code: int = arguments.run(arguments)
        return code
    except ShipwaysError as error:
        return _complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _complain("Stopped; dist/ keeps what it had.", INTERRUPTED)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            raise
        where = f" at {error.filename}" if error.filename else ""
        hint = "Free some space, or choose another folder with --dist; dist/ keeps what it had."
        return _complain(f"{os.strerror(error.errno)}{where}.\n{hint}", 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="shipways",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"shipways {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_build(commands)
    _add_report(commands)
    _add_doctor(commands)
    _add_instructions(commands)
    return parser


def _add_build(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "build",
        help="build artifacts into dist/, lint and measure them, write the report",
        description="Build artifacts into dist/, lint and measure them, and write the report.",
    )
    command.set_defaults(run=_build)
    command.add_argument("formats", nargs="*", metavar="FORMAT", help="formats; default: all")
    _add_places(command)
    _add_options(command)
    command.add_argument(
        "--runs", type=_positive, default=1, metavar="N", help="warm builds to measure (default 1)"
    )
    command.add_argument("--cold", action="store_true", help="measure the cold build again")


def _add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--builder",
        choices=("auto", "nfpm", "fpm", "rpmbuild"),
        default="auto",
        help="what packs deb-bundled and rpm; auto chooses by --compression and says why",
    )
    command.add_argument(
        "--compression",
        choices=("small", "fast"),
        default="small",
        help="small for releases (default), fast for trying out",
    )
    command.add_argument(
        "--base-source",
        choices=("auto", "registry", "archive"),
        default="auto",
        help="where base images come from: a container registry, or the Debian archive",
    )

    command.add_argument(
        "--base",
        choices=("auto", "minimal", "python", "debian"),
        default="auto",
        help="what the image stands on: a base without shell or package manager (auto), "
        "python:3.13-slim, or Debian",
    )


def _add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "report",
        help="write report.html and report.md again from results.json, and show the table",
        description="Write the report again from dist/results.json, and show the table.",
    )
    command.set_defaults(run=_report)
    _add_places(command)


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "doctor",
        help="what each format needs on this machine, what is there, how to get the rest",
        description="Show what each format needs on this machine and how to get what is missing.",
    )
    command.set_defaults(run=_doctor, verbose=False)


def _add_instructions(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "instructions",
        help="write the project's INSTALL.md, and the table between the marks of a README",
        description="Write INSTALL.md from the steps that are executed, and the README's table.",
    )
    command.set_defaults(run=_instructions)
    _add_places(command)
    command.add_argument("--readme", type=Path, metavar="FILE", help="a README with the two marks")


def _add_places(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--project", type=Path, default=Path(), metavar="DIR", help="the project (default: here)"
    )
    command.add_argument(
        "--dist", type=Path, metavar="DIR", help="output folder (default: dist/ in the project)"
    )
    command.add_argument(
        "-v", "--verbose", action="store_true", help="show commands and what they print"
    )


def _build(arguments: argparse.Namespace) -> int:
    from shipways import pipeline, project
    from shipways.dist import Dist
    from shipways.formats import choose

    formats = choose(arguments.formats)
    found = project.load(arguments.project)
    results = pipeline.build(
        found,
        formats,
        Dist(_dist(arguments)),
        _cache(),
        _options(arguments),
        runs=arguments.runs,
        cold=arguments.cold,
    )
    _show(results, _dist(arguments))
    return _worst(results, [wanted.id for wanted in formats])


def _report(arguments: argparse.Namespace) -> int:
    from shipways import report, results

    dist = _dist(arguments)
    found = results.load(dist / results.FILE_NAME)
    if found is None:
        raise ShipwaysError(f"There are no results in {dist}.", hint="Run: shipways build")
    report.render(found, dist)
    _show(found, dist)
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from shipways import doctor

    return doctor.show()


def _instructions(arguments: argparse.Namespace) -> int:
    from shipways import instructions, project, results
    from shipways.formats import choose

    found, formats = project.load(arguments.project), choose([])
    text = instructions.document(found, formats)
    results.write_atomically(found.root / "INSTALL.md", text.encode())
    if arguments.readme:
        instructions.update(arguments.readme, instructions.table(found, formats))
    return 0


def _show(results: Results, dist: Path) -> None:
    from rich.console import Console

    from shipways import report

    report.show(results, Console())
    print(f"The report is {dist / 'report.html'}")


def _worst(results: Results, ids: Sequence[str]) -> int:
    """The exit code of a build: a failure weighs more than a missing tool."""
    states = {results.formats[name].status for name in ids}
    return 1 if "failed" in states else 3 if "skipped" in states else 0


def _options(arguments: argparse.Namespace) -> Options:
    from shipways.formats import Options

    return Options(
        builder=arguments.builder,
        compression=arguments.compression,
        base_source=arguments.base_source,
        base=arguments.base,
    )


def _dist(arguments: argparse.Namespace) -> Path:
    chosen: Path = arguments.dist or arguments.project / "dist"
    return chosen.resolve()


def _cache() -> Path:
    """Downloads kept between runs: $SHIPWAYS_CACHE, else the user's cache folder."""
    from platformdirs import user_cache_path

    return Path(os.environ.get("SHIPWAYS_CACHE") or user_cache_path("shipways"))


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _log(arguments: argparse.Namespace) -> None:
    level = logging.DEBUG if getattr(arguments, "verbose", False) else logging.WARNING
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("shipways").setLevel(level)


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt  # SIGTERM cleans up as Ctrl-C does


def _complain(message: str, code: int) -> int:
    print(f"shipways: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
