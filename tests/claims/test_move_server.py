"""Moving: what counts as a step, and how it is seen whether the data came along."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shipways.claims import data_transfer, move_server
from shipways.claims.server import Server, Stage
from shipways.errors import VerifyError
from shipways.project import model
from shipways.verify.service import InContainer
from shipways.verify.step_runner import StepRunner
from tests.verify.conftest import PROBE, World


class Desk(World):
    """A world in which files can be fetched, and a visitor waits until the service runs."""

    def copy_out(self, source: str, target: Path) -> None:
        self.typed.append(f"(out {source})")
        target.write_bytes(b"x" * 1000)

    ended = 2e9

    def waiting(self, _: float) -> Any:
        return self

    @property
    def running(self) -> bool:
        return False

    def wait(self, _: float) -> Any:
        from tests.verify.conftest import completed

        return completed("visit", output='{"answered": true}')


@pytest.fixture
def moved(notes: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Desk, Desk]:
    """Two servers, the old and the new one; a container runs on them."""
    path = notes / model.FILE_NAME
    path.write_text(path.read_text("utf-8") + PROBE, "utf-8")
    shipped = model.load(notes)
    old, new = Desk(shipped), Desk(shipped)
    coming = iter((old, new))

    @contextlib.contextmanager
    def server(stage: Stage) -> Iterator[Server]:
        world: Any = next(coming)
        yield Server(world, world, world, StepRunner(world, stage.logs, stage.dist), stage.log_file)

    def find(machine: Any, delivery: Any, _: Any) -> InContainer:
        return InContainer(machine, delivery)

    monkeypatch.setattr(move_server, "server", server)
    monkeypatch.setattr("shipways.verify.service.find", find)
    monkeypatch.setattr("time.sleep", lambda _: None)
    return old, new


def come_along(old: Desk, new: Desk) -> None:
    new.notes, new.logged_in = {f"moved{number}z" for number in range(move_server.NOTES)}, True


def test_steps_are_those_on_both_servers_and_the_copying(
    moved: tuple[Desk, Desk], stage: Callable[[str], Stage]
) -> None:
    come_along(*moved)
    on = stage("docker")
    on.delivery.file.write_bytes(b"image")
    row = move_server.measure(on)
    assert row["steps"] == 2 + 1 + 4
    assert row["moved_bytes"] == 5 + 1000
    assert row["fetched_bytes"] == 0
    assert row["data_kept"] is True
    assert row["log"] == "logs/claims/density-docker.log"
    assert "5 of 5 notes are there" in on.log_file.read_text("utf-8")


def test_the_data_is_there_before_the_service_starts(
    moved: tuple[Desk, Desk], stage: Callable[[str], Stage]
) -> None:
    on = stage("docker")
    on.delivery.file.write_bytes(b"image")
    move_server.measure(on)
    typed = [command.split(" -")[0] for command in moved[1].typed if command[0] != "("]
    assert typed == [
        "docker load",
        "docker volume create notes-app-data",
        "tar xpzf notes-app-data.tar.gz",
        "docker run",
    ]


@pytest.mark.parametrize("lost", ["a note", "the session"])
def test_what_did_not_come_along_is_seen(
    moved: tuple[Desk, Desk], stage: Callable[[str], Stage], lost: str
) -> None:
    come_along(*moved)
    new = moved[1]
    if lost == "a note":
        new.notes.pop()
    else:
        new.faults.add("new key")
    on = stage("docker")
    on.delivery.file.write_bytes(b"image")
    assert move_server.measure(on)["data_kept"] is False


def test_a_service_of_another_kind_is_an_error(
    moved: tuple[Desk, Desk], stage: Callable[[str], Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_transfer, "WAYS", {})
    on = stage("docker")
    on.delivery.file.write_bytes(b"image")
    with pytest.raises(VerifyError, match="not known"):
        move_server.measure(on)


def test_without_a_probe_nothing_can_be_posted(stage: Callable[[str], Stage]) -> None:
    with pytest.raises(VerifyError, match=r"tool\.shipways\.probe"):
        move_server.measure(stage("docker"))
