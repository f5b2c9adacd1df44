"""What each command of the command line does; returns the exit code.

Modules are imported when a command runs, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shipways.errors import ShipwaysError

if TYPE_CHECKING:
    from shipways.formats import Options
    from shipways.project import Budget, Project
    from shipways.results import Results


WIDE = 160  # columns of a table in a log


def build(arguments: argparse.Namespace) -> int:
    from shipways import pipeline, project
    from shipways.dist import Dist
    from shipways.formats import choose

    formats = choose(arguments.formats)
    found = project.load(arguments.project)
    budget = _budget(found, [wanted.id for wanted in formats])
    results = pipeline.build(
        found,
        formats,
        Dist(_dist(arguments)),
        _cache(),
        _options(arguments),
        runs=arguments.runs,
        cold=arguments.cold,
    )
    _show(results, _dist(arguments), budget=budget)
    states = [results.formats[wanted.id].status for wanted in formats]
    return _worst([*states, *_overruns(results, budget)])


def verify(arguments: argparse.Namespace) -> int:
    from shipways import claims, lifecycle, project
    from shipways.formats import choose

    names = [wanted.id for wanted in choose(arguments.formats)] if arguments.formats else []
    found = project.load(arguments.project)
    budget = _budget(found, names)
    dist = _dist(arguments)
    results = lifecycle.verify(
        found,
        names,
        arguments.targets,
        dist,
        _options(arguments),
        cache=_cache(),
        runs=arguments.runs,
    )
    claims.refresh(results, dist)
    _show(results, dist, budget=budget)
    states = [
        target.status
        for name, record in results.formats.items()
        if not names or name in names
        for key, target in record.targets.items()
        if not arguments.targets or key in arguments.targets
    ]
    return _worst([*states, *_overruns(results, budget)])


def claims(arguments: argparse.Namespace) -> int:
    from shipways import claims as said
    from shipways import project

    found = project.load(arguments.project)
    results = said.measure(
        found, arguments.formats, _dist(arguments), _options(arguments), cache=_cache()
    )
    _show(results, _dist(arguments))
    return 1 if said.failed(results, arguments.formats) else 0


def try_out(arguments: argparse.Namespace) -> int:
    from shipways import lifecycle, project
    from shipways.formats import choose

    (wanted,) = choose([arguments.format])
    lifecycle.try_out(
        project.load(arguments.project),
        wanted.id,
        arguments.target,
        _dist(arguments),
        _options(arguments),
        port=arguments.port,
        keep=arguments.keep,
    )
    return 0


def report(arguments: argparse.Namespace) -> int:
    from shipways import report as reports

    dist = _dist(arguments)
    found = _read(dist / "results.json", "Run: shipways build")
    baseline = _read(arguments.baseline) if arguments.baseline else None
    reports.render(found, dist, baseline=baseline, language=arguments.language)
    _show(found, dist, language=arguments.language)
    return 0


def compare(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from shipways import project
    from shipways import report as reports

    old, new = _read(arguments.old), _read(arguments.new)
    shipped = (arguments.project / project.FILE_NAME).is_file()
    budget = _budget(project.load(arguments.project), []) if shipped else {}
    if arguments.markdown:
        print(reports.summarise(old, new, budget, language=arguments.language))
    else:
        reports.show_changes(old, new, Console(), budget, language=arguments.language)
    return 1 if reports.over_budget(new, budget, old) else 0


def doctor(arguments: argparse.Namespace) -> int:
    from shipways import doctor as examination

    _choose_engine(arguments)
    return examination.show()


def instructions(arguments: argparse.Namespace) -> int:
    from shipways import instructions as texts
    from shipways import project, results
    from shipways.formats import choose

    found, formats = project.load(arguments.project), choose([])
    text = texts.document(found, formats)
    results.write_atomically(found.root / "INSTALL.md", text.encode())
    for readme in arguments.readmes:
        texts.update(readme, texts.table(found, formats))
    return 0


def roots(arguments: argparse.Namespace) -> int:
    from shipways.roots import images

    _choose_engine(arguments)
    removed = images.prune()
    print("\n".join([*removed, f"{len(removed)} images removed."]))
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "build": build,
    "verify": verify,
    "claims": claims,
    "try": try_out,
    "report": report,
    "compare": compare,
    "doctor": doctor,
    "instructions": instructions,
    "roots": roots,
}


def _budget(found: Project, names: Sequence[str]) -> dict[str, Budget]:
    """The limits of these formats, or of all; one of a format that is unknown is an error."""
    from shipways.errors import ProjectError
    from shipways.formats import FORMATS
    from shipways.project import FILE_NAME

    for name in found.tool.budget:
        if name not in FORMATS:
            raise ProjectError(
                f"{found.root / FILE_NAME}: tool.shipways.budget: there is no format {name!r}.",
                hint=f"Formats are: {', '.join(FORMATS)}.",
            )
    return {
        name: limits for name, limits in found.tool.budget.items() if not names or name in names
    }


def _overruns(results: Results, budget: Mapping[str, Budget]) -> list[str]:
    """A failure for each figure over its limit."""
    from shipways import report as reports

    return ["failed" for _overrun in reports.over_budget(results, budget)]


def _show(
    results: Results,
    dist: Path,
    *,
    budget: Mapping[str, Budget] | None = None,
    language: str = "en",
) -> None:
    from rich.console import Console

    from shipways import report as reports

    console = Console()
    if not console.is_terminal:
        console.width = WIDE
    reports.show(results, console, budget, language=language)
    print(f"The report is {dist / 'report.html'}")


def _worst(states: Sequence[str]) -> int:
    """The exit code: a failure weighs more than a missing tool."""
    return 1 if "failed" in states else 3 if "skipped" in states else 0


def _read(path: Path, hint: str = "") -> Results:
    from shipways import results

    found = results.load(path)
    if found is None:
        raise ShipwaysError(f"There is no {path}.", hint=hint)
    return found


def _options(arguments: argparse.Namespace) -> Options:
    from shipways.formats import Options

    _choose_engine(arguments)
    return Options(
        builder=arguments.builder,
        compression=arguments.compression,
        base_source=arguments.base_source,
        base=arguments.base,
        platform=arguments.platform,
        bytecode=arguments.bytecode,
        compare_bases=getattr(arguments, "compare_bases", False),
    )


def _choose_engine(arguments: argparse.Namespace) -> None:
    """For this process and all that it starts."""
    from shipways.roots import engine

    if arguments.engine:
        os.environ[engine.VARIABLE] = arguments.engine


def _dist(arguments: argparse.Namespace) -> Path:
    chosen: Path = arguments.dist or arguments.project / "dist"
    return chosen.resolve()


def _cache() -> Path:
    """Downloads kept between runs: $SHIPWAYS_CACHE, else the user's cache folder."""
    from platformdirs import user_cache_path

    return Path(os.environ.get("SHIPWAYS_CACHE") or user_cache_path("shipways"))
