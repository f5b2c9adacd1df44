"""The life of an artifact, told in a world in memory: what is true, false, and not offered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shipways.errors import VerifyError
from shipways.formats.step import Step
from shipways.project.model import Project
from shipways.results import TargetRecord
from shipways.util.command import Completed
from shipways.verify import scenario
from shipways.verify.context import NOT_OFFERED, Context
from shipways.verify.later_versions import REASON
from shipways.verify.phases import remove, serve, upgrade

if TYPE_CHECKING:
    from tests.verify.conftest import World

WHOLE = {
    name: phase
    for name, phase in scenario.PHASES.items()
    if name not in ("install", "hardening", "residue")
}


def test_all_goes_well(context: Context, world: World) -> None:
    context.run(WHOLE)
    assert set(context.record.lifecycle.values()) == {True}
    assert context.record.notes["upgrade"].startswith("2 notes were posted meanwhile")
    assert REASON in context.record.notes["broken_upgrade"]
    assert context.record.user == "notes"
    assert not world.installed
    assert set(context.record.phase_s) == set(WHOLE)


@pytest.mark.parametrize(
    ("fault", "phase", "reason"),
    [
        ("wrong format", "serve", "The site says it is ('other', '1.2.0')"),
        ("short cache", "serve", "may not be kept for long"),
        ("no login", "serve", "cannot log in"),
        ("forgets notes", "persist", "notes are gone"),
        ("new key", "persist", "the secret key has changed"),
        ("bad state", "broken_upgrade", "half-configured"),
        ("loses data", "remove", "The data is gone"),
        ("leaves a file", "purge", "1 files are left: /etc/left"),
        ("leaves the user", "purge", "Accounts are left: notes-app"),
    ],
)
def test_what_goes_wrong_is_found(
    context: Context, world: World, fault: str, phase: str, reason: str
) -> None:
    world.faults.add(fault)
    context.run(WHOLE)
    assert context.record.lifecycle[phase] is False
    assert reason in context.record.notes[phase]


def test_what_is_not_offered_is_a_finding(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.verify.conftest import tell

    def only_install(project: Project, _file: str) -> tuple[Step, ...]:
        return (Step("install", f"put {project.version}", "install"),)

    monkeypatch.setattr("time.sleep", lambda _: None)
    context = tell(world, tmp_path, steps=only_install)
    context.run(WHOLE)
    offered = {name for name, outcome in context.record.lifecycle.items() if outcome is True}
    assert offered == {"serve", "persist"}
    assert context.record.lifecycle["purge"] == NOT_OFFERED


def test_nothing_is_reached_when_it_cannot_be_installed(context: Context) -> None:
    def install(_: Context) -> str:
        raise VerifyError("no such package")

    context.run({"install": install, **WHOLE})
    assert set(context.record.lifecycle.values()) == {False}
    assert context.record.notes["purge"].startswith("not reached")


def test_the_first_failure_is_the_reason() -> None:
    target = TargetRecord(status="ok", lifecycle={"serve": True, "upgrade": False, "purge": False})
    target.notes = {"upgrade": "it broke", "purge": "it left"}
    scenario.conclude(target)
    assert (target.status, target.reason) == ("failed", "upgrade: it broke")


def test_an_upgrade_that_is_refused_leaves_the_version_before(
    context: Context, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a stack's: its migration runs first, while the version before serves on."""

    def answer(command: str) -> tuple[int, str]:
        if command == "put 1.2.3":
            return 1, REASON
        return type(world)._answer(world, command)

    def run(command: str, *, log_file: Path | None = None, **options: Any) -> Completed:
        done = type(world).run(world, command, **options)
        if log_file:
            log_file.write_text(done.output)
        return done

    monkeypatch.setattr(world, "_answer", answer)
    monkeypatch.setattr(world, "run", run)
    context.run(WHOLE)
    assert context.record.lifecycle["broken_upgrade"] is True
    assert context.record.notes["broken_upgrade"] == REASON
    context.record.lifecycle.clear()
    world.serving = False
    context.run({"broken_upgrade": upgrade.broken_upgrade})
    assert "did not answer" in context.record.notes["broken_upgrade"]


def test_edited_settings_that_rpm_sets_aside(context: Context, world: World) -> None:
    context.edit_settings()
    assert remove.set_aside(context) == ""
    world.edited = False
    with pytest.raises(VerifyError, match="settings are gone"):
        remove.set_aside(context)


@pytest.mark.parametrize(
    ("said", "user"), [("format x, user notes, python 3", "notes"), ("", ""), ("user", "")]
)
def test_who_the_service_is(said: str, user: str) -> None:
    assert serve.who(said) == user
