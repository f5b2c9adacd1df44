"""Reads a project, whatever it is: one with a command of its own, or any other Django project."""

from __future__ import annotations

import atexit
import tempfile
from dataclasses import replace
from pathlib import Path

from shipways.project import delivered, locking, model
from shipways.project.application import ApplicationTable
from shipways.project.configuration import Configuration, find
from shipways.project.model import Project
from shipways.project.understood import NOBODY, Understood, understand
from shipways.util import places
from shipways.util.progress import say

# Keys that only a project with a command of its own has.
OWN_COMMAND = {"about", "bind-variable", "command", "serve", "state-dir-variable"}


def load(root: Path, config: Path | None = None) -> Project:
    """The project in a folder, ready to be built. Raises `ProjectError` naming what is wrong."""
    root = places.resolved(root)
    found = find(root, config)
    if is_own_command(found):
        return model.load(root)
    return deliver(application(root, found), root, found)


def is_own_command(config: Configuration) -> bool:
    """Whether the project brings its own command, server and health page."""
    return bool(OWN_COMMAND & config.table.keys())


def application(root: Path, config: Configuration) -> Understood:
    """What is known of any other project."""
    table = ApplicationTable()
    if config.source and config.table:
        table = config.source.convert(config.key, ApplicationTable)
    return understand(root, config, table)


def deliver(app: Understood, root: Path, config: Configuration) -> Project:
    """The project as it is built: a tree with its files and the runtime."""
    resolved = locking.resolve(root, config.lock, _wanted(app))
    folder = _place() / app.name
    delivered.write(app, root, folder, resolved)
    _tell(app)
    return replace(model.load(folder), origin=root, is_snapshot=True)


def _wanted(app: Understood) -> locking.Wanted:
    table = app.table
    return locking.Wanted(
        direct=app.direct,
        is_stated=table.dependencies is not None,
        requires_python=app.requires_python,
        named=table.lock,
        extras=table.extras,
        groups=table.groups,
        server=locking.server(
            app.kind, locking.names(app.direct), static=table.static_files == "collect"
        ),
    )


def _place() -> Path:
    """A folder that is there as long as this process."""
    made = tempfile.TemporaryDirectory(prefix="shipways-delivered-")
    atexit.register(made.cleanup)
    return Path(made.name)


def _tell(app: Understood) -> None:
    """What was assumed, what only a person knows, and what is not done yet: a line each."""
    say(f"{app.name} {app.version}: {app.settings}, served by {app.kind.upper()}")
    for origin in app.origins:
        if origin.todo:
            say(f"  {origin.key} = {origin.value} ({origin.evidence}); {origin.todo}")
    if app.maintainer == NOBODY:
        say("  maintainer: nobody yet; shipways init writes a configuration that asks for it")
    for name, process in app.processes.items():
        how = "has to be run by hand" if process.one_off else "is a unit of the packages"
        say(f"  The process {name} {how}: {app.name} process {name}")
    if app.services:
        say(f"  Needed beside it: {', '.join(app.services)}")
    for step in app.build_steps:
        say(f"  A build step is not run: {step.command} (in {step.working_directory})")
