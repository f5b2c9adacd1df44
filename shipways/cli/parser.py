"""The command line's grammar: commands, their options, and help worth reading."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

from shipways import __version__

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

DESCRIPTION = """\
Build every delivery format of a Django project, install each artifact on a clean machine by the
very steps it prints, and report what each format costs."""

EPILOG = """\
examples:
  shipways build                          every format of the project in this folder
  shipways build deb-bundled rpm --project ../notes
  shipways verify deb-bundled --target debian:12
  shipways try deb-bundled                install it on a clean machine, open it on a local port
  shipways eject deb-bundled              its recipes, to build it without Shipways
  shipways compare before.json dist/results.json
  shipways doctor                         what each format needs on this machine

exit codes:
  0  all asked for is ok          2  wrong use, or a wrong project
  1  something failed             3  a needed tool is missing"""


def parser() -> argparse.ArgumentParser:
    """Parses a command line; `arguments.command` names the command."""
    made = argparse.ArgumentParser(
        prog="shipways",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=f"shipways {__version__}")
    commands = made.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True
    )
    making = (_init, _explain, _build, _verify, _claims, _try, _eject)
    for add in (*making, _report, _compare, _doctor, _instructions, _roots):
        add(commands)
    return made


def _add(commands: Commands, name: str, summary: str, more: str = "") -> argparse.ArgumentParser:
    description = f"{summary[0].upper()}{summary[1:]}.{' ' + more if more else ''}"
    command = commands.add_parser(name, help=summary, description=description)
    _general(command)
    return command


def _init(commands: Commands) -> None:
    command = _add(
        commands,
        "init",
        "write the configuration of a Django project, each line with where it is from",
        "It goes into shipways.toml beside manage.py, or into the file of --config. Only what "
        "differs from the defaults is written. A configuration that is there is kept, and what "
        "differs from it is said.",
    )
    command.add_argument(
        "-y", "--yes", action="store_true", help="take every proposal, and ask nothing"
    )


def _explain(commands: Commands) -> None:
    _add(
        commands,
        "explain",
        "show every value of a project, and where it is from",
        "Configuration wins over what is detected. Nothing of the project is run.",
    )


def _build(commands: Commands) -> None:
    command = _add(
        commands,
        "build",
        "build artifacts into dist/, lint and measure them, write the report",
        "The first build of a format is measured cold and warm, and both are compared byte for "
        "byte; later ones are warm.",
    )
    command.add_argument("formats", nargs="*", metavar="FORMAT", help="formats; default: all")
    _options(command)
    command.add_argument(
        "--runs", type=_positive, default=1, metavar="N", help="warm builds to measure (default 1)"
    )
    command.add_argument("--cold", action="store_true", help="measure the cold build again")
    command.add_argument(
        "--compare-bases",
        action="store_true",
        help="build the image on the other bases as well, for the report",
    )


def _verify(commands: Commands) -> None:
    command = _add(
        commands,
        "verify",
        "install what dist/ holds on clean machines and follow it through its whole life",
        "Install, serve, restart, upgrade, broken upgrade, rollback, removal, purge.",
    )
    command.add_argument("formats", nargs="*", metavar="FORMAT", help="formats; default: all built")
    command.add_argument(
        "--target",
        action="append",
        default=[],
        dest="targets",
        metavar="TARGET",
        help="clean machine, such as debian:13 or debian:12; may be repeated; default: all",
    )
    command.add_argument(
        "--runs", type=_positive, default=1, metavar="N", help="installs to measure (default 1)"
    )
    _options(command)


def _eject(commands: Commands) -> None:
    command = _add(
        commands,
        "eject",
        "write the recipes of one format, to build it without Shipways",
        "debian/, nfpm.yaml, spec, install.sh, Dockerfile or compose.yaml as they come out for "
        "this project, with a README of the plain commands that build with them.",
    )
    command.add_argument("format", metavar="FORMAT", help="which format's recipes")
    command.add_argument(
        "--to", type=Path, metavar="DIR", help="where to; default: packaging/FORMAT in the project"
    )
    command.add_argument("--force", action="store_true", help="write over files that differ")
    _options(command)


def _claims(commands: Commands) -> None:
    command = _add(
        commands,
        "claims",
        "measure what is said about containers, against all other formats",
        "Fast delivery, the same commands everywhere, moving to another server, isolation, many on "
        "one machine: each with figures and a verdict, in the report. Verify first.",
    )
    command.add_argument("formats", nargs="*", metavar="FORMAT", help="formats; default: all built")
    _options(command)


def _try(commands: Commands) -> None:
    command = _add(
        commands,
        "try",
        "install one artifact on a clean machine and open it on a local port",
        "Shows each step as it runs, prints the address and a login, follows the log, and removes "
        "everything on Ctrl-C.",
    )
    command.add_argument("format", metavar="FORMAT", help="which artifact of dist/ to install")
    command.add_argument("--target", default="", help="clean machine; default: the format's first")
    command.add_argument(
        "--port", type=_positive, default=8000, help="local port (default 8000, or the next free)"
    )
    command.add_argument("--keep", action="store_true", help="leave the machine running")
    _options(command)


def _report(commands: Commands) -> None:
    command = _add(
        commands,
        "report",
        "write the report again from results.json, and show the table",
        "Nothing is built or measured; dist/ keeps its artifacts.",
    )
    command.add_argument(
        "--baseline", type=Path, metavar="FILE", help="an earlier results.json to compare with"
    )
    command.add_argument("--language", choices=("en", "ru"), default="en", help="default: en")


def _compare(commands: Commands) -> None:
    command = _add(
        commands,
        "compare",
        "say what grew and what slowed between two runs, and what is over budget",
        "Budgets are in [tool.shipways.budget] of the project; over budget is exit 1.",
    )
    command.add_argument("old", type=Path, metavar="OLD.json", help="an earlier run")
    command.add_argument("new", type=Path, metavar="NEW.json", help="a later one")
    command.add_argument(
        "--markdown", action="store_true", help="print Markdown, short enough for a pull request"
    )
    command.add_argument("--language", choices=("en", "ru"), default="en", help="default: en")


def _doctor(commands: Commands) -> None:
    _add(
        commands,
        "doctor",
        "show what each format needs on this machine and how to get the rest",
        "With --project also which formats that project can have. A missing tool is exit 3, a "
        "wrong project exit 2.",
    )


def _instructions(commands: Commands) -> None:
    command = _add(
        commands,
        "instructions",
        "write INSTALL.md from the steps, and the table in a README",
        "Both are the steps that verify executes. The table is written between two marks, "
        "<!-- steps: begin --> and <!-- steps: end -->.",
    )
    command.add_argument(
        "--readme",
        type=Path,
        action="append",
        default=[],
        dest="readmes",
        metavar="FILE",
        help="a README with the two marks; may be repeated",
    )


def _roots(commands: Commands) -> None:
    command = _add(
        commands,
        "roots",
        "remove the base images of clean machines",
        "They are made again when they are needed, which takes a minute or two.",
    )
    command.add_argument("action", choices=("prune",), help="prune: remove all of them")


def _options(command: argparse.ArgumentParser) -> None:
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
    command.add_argument(
        "--platform",
        default="",
        metavar="PLATFORM",
        help="build the image for other platforms as well, such as linux/arm64: under emulation",
    )
    command.add_argument(
        "--bytecode",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="Python's bytecode in the image: it starts sooner (default); without, it is smaller",
    )


def _general(command: argparse.ArgumentParser) -> None:
    """The options of every command, so that none of them has to be taken away for another."""
    general = command.add_argument_group(
        "general options", "of every command, which uses those that bear on it"
    )
    general.add_argument(
        "-v", "--verbose", action="store_true", help="show commands and what they print"
    )
    general.add_argument(
        "--project", type=Path, metavar="DIR", help="the project (default: this folder)"
    )
    general.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="configuration (default: shipways.toml or pyproject.toml in the project)",
    )
    general.add_argument(
        "--dist", type=Path, metavar="DIR", help="output folder (default: dist/ in the project)"
    )
    general.add_argument(
        "--engine",
        choices=("auto", "docker", "podman"),
        help="what runs containers; default: $SHIPWAYS_ENGINE, or the one that is there",
    )


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)
