"""What each command of the command line does; returns the exit code.

Modules are imported when a command runs, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from shipways.cli import resolve

if TYPE_CHECKING:
    from shipways.project.model import Budget
    from shipways.results import Publish, Results


WIDE = 160  # columns of a table in a log


def init(arguments: argparse.Namespace) -> int:
    from shipways.cli import init as configuring

    configuring.init(resolve.folder(arguments), arguments.config, yes=arguments.yes)
    return 0


def explain(arguments: argparse.Namespace) -> int:
    from shipways.cli import init as configuring

    print("\n".join(configuring.explain(resolve.folder(arguments), arguments.config)))
    return 0


def build(arguments: argparse.Namespace) -> int:
    from shipways.build import pipeline
    from shipways.build.dist import Dist
    from shipways.formats import choose

    formats = choose(arguments.formats)
    found = resolve.load(arguments)
    budget = resolve.budget(found, [wanted.id for wanted in formats])
    results = pipeline.build(
        found,
        formats,
        Dist(resolve.dist(arguments)),
        resolve.cache(),
        resolve.options(arguments),
        publish=_publisher(resolve.dist(arguments)),
        runs=arguments.runs,
        cold=arguments.cold,
        named=bool(arguments.formats),
    )
    _show(results, resolve.dist(arguments), budget=budget)
    possible = [wanted for wanted in formats if not wanted.cannot(found)]
    states = [results.formats[wanted.id].status for wanted in possible]
    return _worst([*states, *_overruns(results, budget)])


def verify(arguments: argparse.Namespace) -> int:
    from shipways.claims import runner as claims_runner
    from shipways.formats import choose
    from shipways.verify import runner

    names = [wanted.id for wanted in choose(arguments.formats)] if arguments.formats else []
    found = resolve.load(arguments)
    budget = resolve.budget(found, names)
    dist = resolve.dist(arguments)
    results = runner.verify(
        found,
        names,
        arguments.targets,
        dist,
        resolve.options(arguments),
        cache=resolve.cache(),
        publish=_publisher(dist),
        runs=arguments.runs,
    )
    claims_runner.refresh(results, dist, _publisher(dist))
    _show(results, dist, budget=budget)
    states = [
        target.status
        for name, record in results.formats.items()
        if not names or name in names
        for key, target in record.targets.items()
        if not arguments.targets or key in arguments.targets
    ]
    return _worst([*states, *_overruns(results, budget)])


def eject(arguments: argparse.Namespace) -> int:
    from shipways.build import eject as ejecting
    from shipways.build.dist import Dist
    from shipways.formats import choose
    from shipways.util.progress import say

    (wanted,) = choose([arguments.format])
    found = resolve.load(arguments)
    files = ejecting.eject(
        found,
        wanted,
        (arguments.to or found.root / "packaging" / wanted.id).resolve(),
        Dist(resolve.dist(arguments)),
        resolve.cache(),
        resolve.options(arguments),
        force=arguments.force,
    )
    say(f"{len(files)} files. How to build with them: {files[0]}")
    return 0


def claims(arguments: argparse.Namespace) -> int:
    from shipways.claims import runner as claims_runner

    found = resolve.load(arguments)
    results = claims_runner.measure(
        found,
        arguments.formats,
        resolve.dist(arguments),
        resolve.options(arguments),
        cache=resolve.cache(),
        publish=_publisher(resolve.dist(arguments)),
    )
    _show(results, resolve.dist(arguments))
    return 1 if claims_runner.failed(results, arguments.formats) else 0


def try_out(arguments: argparse.Namespace) -> int:
    from shipways.formats import choose
    from shipways.verify import try_out as try_out_module

    (wanted,) = choose([arguments.format])
    try_out_module.try_out(
        resolve.load(arguments),
        wanted.id,
        arguments.target,
        resolve.dist(arguments),
        resolve.options(arguments),
        port=arguments.port,
        keep=arguments.keep,
    )
    return 0


def report(arguments: argparse.Namespace) -> int:
    from shipways import report as reports
    from shipways.util.progress import step

    dist = resolve.dist(arguments)
    found = resolve.read(dist / "results.json", "Run: shipways build")
    baseline = resolve.read(arguments.baseline) if arguments.baseline else None
    with step("writing the report"):
        reports.render(found, dist, baseline=baseline, language=arguments.language)
    _show(found, dist, language=arguments.language)
    return 0


def compare(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from shipways import report as reports
    from shipways.project import model

    old, new = resolve.read(arguments.old), resolve.read(arguments.new)
    shipped = (resolve.project(arguments) / model.FILE_NAME).is_file()
    budget = resolve.budget(resolve.load(arguments), []) if shipped else {}
    if arguments.markdown:
        print(reports.summarise(old, new, budget, language=arguments.language))
    else:
        reports.show_changes(old, new, Console(), budget, language=arguments.language)
    _say_unheld(new, budget)
    return 1 if reports.over_budget(new, budget, old) else 0


def doctor(arguments: argparse.Namespace) -> int:
    from shipways.cli import doctor as examination

    resolve.choose_engine(arguments)
    return examination.show(resolve.load(arguments) if arguments.project else None)


def instructions(arguments: argparse.Namespace) -> int:
    from shipways import results
    from shipways.build import install_md as texts
    from shipways.formats import choose

    found = resolve.load(arguments)
    formats = [wanted for wanted in choose([]) if not wanted.cannot(found)]
    text = texts.document(found, formats)
    results.write_atomically(found.home / "INSTALL.md", text.encode())
    for readme in arguments.readmes:
        texts.update(readme, texts.table(found, formats))
    return 0


def roots(arguments: argparse.Namespace) -> int:
    from shipways.machines import image_cache

    resolve.choose_engine(arguments)
    removed = image_cache.prune()
    print("\n".join([*removed, f"{len(removed)} images removed."]))
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "init": init,
    "explain": explain,
    "build": build,
    "verify": verify,
    "eject": eject,
    "claims": claims,
    "try": try_out,
    "report": report,
    "compare": compare,
    "doctor": doctor,
    "instructions": instructions,
    "roots": roots,
}


def _publisher(dist: Path) -> Publish:
    """Writes the report into `dist`, each time anew."""
    from shipways import report as reports

    return partial(reports.render, dist=dist)


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
    _say_unheld(results, budget or {})
    print(f"The report is {dist / 'report.html'}")


def _say_unheld(results: Results, budget: Mapping[str, Budget]) -> None:
    from shipways import report as reports
    from shipways.util.progress import say

    for name in reports.unheld(results, budget):
        say(f"{name}: built with --compression fast, so its limits were not applied.")


def _worst(states: Sequence[str]) -> int:
    """The exit code: a failure weighs more than a missing tool."""
    return 1 if "failed" in states else 3 if "skipped" in states else 0
