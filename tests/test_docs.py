"""The documentation: it builds without a warning, and leaves out nothing that a user can set."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import griffe
import msgspec
import pytest

from shipways.cli.parser import parser
from shipways.project.application import ApplicationTable, BuildStep, Overlay, Variable
from shipways.project.model import Budget, Probe, Process, Setting, ToolTable
from shipways.util.command import run

ROOT = Path(__file__).parents[1]


@pytest.mark.process
def test_the_site_builds_strictly(tmp_path: Path) -> None:
    done = run(
        ["mkdocs", "build", "--strict", "--site-dir", tmp_path],
        timeout=120,
        cwd=ROOT,
        env={"NO_MKDOCS_2_WARNING": "1"},  # an advertisement of the theme's
        check=False,
    )
    assert done.ok, done.output
    for page in ("configuration", "commands", "environment", "results", "python"):
        assert (tmp_path / "reference" / page / "index.html").is_file()


def test_every_environment_variable_is_documented() -> None:
    page = (ROOT / "docs/reference/environment.md").read_text("utf-8")
    read = {
        name
        for path in [*ROOT.glob("shipways/**/*.py"), ROOT / "bootstrap"]
        for name in re.findall(r"\bSHIPWAYS_[A-Z_]+\b", path.read_text("utf-8"))
    }
    missing = {name for name in read if f"`{name}`" not in page}
    assert not missing


@pytest.mark.process  # griffe asks git where it is
@pytest.mark.parametrize(
    "table",
    [ToolTable, Setting, Probe, Budget, ApplicationTable, BuildStep, Overlay, Process, Variable],
)
def test_every_key_says_what_it_means(table: type[msgspec.Struct]) -> None:
    documented = griffe.load(table.__module__)[table.__name__]
    silent = [name for name in table.__struct_fields__ if not documented[name].docstring]
    assert not silent


def test_every_option_says_what_it_does() -> None:
    whole = parser()
    groups = [each for each in whole._actions if isinstance(each, argparse._SubParsersAction)]
    for command in groups[0].choices.values():
        assert command.description
        silent = [action.dest for action in command._actions if not action.help]
        assert not silent, command.prog
