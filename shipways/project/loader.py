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
from shipways.project.understood import Understood, understand
from shipways.util import places
from shipways.util.progress import say

# Keys that only a project with a command of its own has.
OWN_COMMAND = {"about", "bind-variable", "command", "health", "lock", "serve", "state-dir-variable"}


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
    lock = locking.requirements(app.dependencies, app.requires_python, config.lock)
    folder = _place() / app.name
    delivered.write(app, root, folder, lock)
    _tell(app)
    return replace(model.load(folder), origin=root, is_snapshot=True)


def _place() -> Path:
    """A folder that is there as long as this process."""
    made = tempfile.TemporaryDirectory(prefix="shipways-delivered-")
    atexit.register(made.cleanup)
    return Path(made.name)


def _tell(app: Understood) -> None:
    """What is not done yet, and what only a person knows."""
    for name in app.processes:
        say(f"  The process {name} is delivered, not started: {app.name} process {name}")
    if app.services:
        say(f"  Needed beside it: {', '.join(app.services)}")
    for step in app.build_steps:
        say(f"  A build step is not run: {step}")
