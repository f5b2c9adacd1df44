"""What the arguments of a command line stand for: options, folders, the budget.

Modules are imported when they are needed, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shipways.errors import ShipwaysError

if TYPE_CHECKING:
    from shipways.formats import Options
    from shipways.project.model import Budget, Project
    from shipways.results import Results


def budget(found: Project, names: Sequence[str]) -> dict[str, Budget]:
    """The limits of these formats, or of all; one of a format that is unknown is an error."""
    from shipways.errors import ProjectError
    from shipways.formats import FORMATS
    from shipways.project.model import FILE_NAME

    for name in found.tool.budget:
        if name not in FORMATS:
            raise ProjectError(
                f"{found.root / FILE_NAME}: tool.shipways.budget: there is no format {name!r}.",
                hint=f"Formats are: {', '.join(FORMATS)}.",
            )
    return {
        name: limits for name, limits in found.tool.budget.items() if not names or name in names
    }


def read(path: Path, hint: str = "") -> Results:
    """A results file. Raises `ShipwaysError`, with `hint`, where there is none."""
    from shipways import results

    found = results.load(path)
    if found is None:
        raise ShipwaysError(f"There is no {path}.", hint=hint)
    return found


def options(arguments: argparse.Namespace) -> Options:
    """How to build; the engine is chosen by the way."""
    from shipways.formats import Options

    choose_engine(arguments)
    return Options(
        builder=arguments.builder,
        compression=arguments.compression,
        base_source=arguments.base_source,
        base=arguments.base,
        platform=arguments.platform,
        bytecode=arguments.bytecode,
        compare_bases=getattr(arguments, "compare_bases", False),
    )


def project(arguments: argparse.Namespace) -> Path:
    """The project's folder: here unless said otherwise."""
    return arguments.project or Path()


def folder(arguments: argparse.Namespace) -> Path:
    """The same without links; it is there."""
    from shipways.errors import UsageError
    from shipways.util import places

    found = places.resolved(project(arguments))
    if not found.is_dir():
        raise UsageError(f"There is no folder {found}.", hint="Name the project's with --project.")
    return found


def load(arguments: argparse.Namespace) -> Project:
    """The project, whatever kind it is."""
    from shipways.project import loader

    return loader.load(project(arguments), arguments.config)


def choose_engine(arguments: argparse.Namespace) -> None:
    """For this process and all that it starts."""
    from shipways.machines import engine

    if arguments.engine:
        os.environ[engine.VARIABLE] = arguments.engine


def dist(arguments: argparse.Namespace) -> Path:
    """Where artifacts are: beside the project unless said otherwise.

    Raises `UsageError` where that is no folder, also for a link to a disk that is not there.
    """
    from shipways.util import places

    chosen: Path = arguments.dist or project(arguments) / "dist"
    hint = "Move it away, or choose another folder with --dist."
    return places.resolved(places.passable(chosen.absolute(), hint))


def cache() -> Path:
    """Downloads kept between runs. Raises `UsageError` where there is no place for them."""
    from shipways.util import cache as kept

    return kept.folder()
