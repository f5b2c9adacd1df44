"""Who a leftover belongs to, and that leftovers go."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from shipways.machines import engine, reaper
from shipways.util import command, runs

if TYPE_CHECKING:
    from tests.machines.conftest import FakeEngine

DEAD = f"{socket.gethostname()}-999999999-1"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(psutil, "process_iter", lambda: iter(()))
    return tmp_path


def test_a_run_id_names_a_process_that_lives() -> None:
    assert runs.is_alive(engine.run_id())
    assert not runs.is_alive(DEAD)


def test_a_process_id_used_again_is_another_run() -> None:
    host, pid, _ = engine.run_id().rsplit("-", 2)
    assert not runs.is_alive(f"{host}-{pid}-1")


def test_another_host_s_runs_are_left_alone() -> None:
    assert runs.is_alive("elsewhere-999999999-1")


def test_a_temporary_folder_carries_the_run_id(temporary: Path, docker: FakeEngine) -> None:
    assert docker
    with engine.temporary_folder("work") as folder:
        assert folder.parent == temporary
        assert reaper.leftovers() == {engine.run_id()}
    assert not folder.exists()


def test_reap_removes_what_is_the_run_s_and_no_more(temporary: Path, docker: FakeEngine) -> None:
    for store in (docker.containers, docker.networks, docker.volumes):
        store.make("mine", shipways=DEAD)
        store.make("other", shipways="elsewhere-1-1")
    docker.containers.make("by hand", shipways="")
    (temporary / f"shipways-{DEAD}-work-abc").mkdir()
    assert reaper.leftovers() == {DEAD, "elsewhere-1-1"}
    assert reaper.reap(DEAD) == 4
    assert set(docker.containers.things) == {"other", "by hand"}
    assert set(docker.volumes.things) == {"other"}
    assert not list(temporary.iterdir())
    assert reaper.reap(DEAD) == 0


def test_the_watcher_looks_until_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, docker: FakeEngine
) -> None:
    found = iter((3, 1, 0, 2, 0, 0, 0))  # what the engine was still creating came late
    asked: list[str] = []

    def reap(run: str) -> int:
        asked.append(run)
        return next(found)

    assert docker
    monkeypatch.setattr(reaper, "reap", reap)
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(sys, "stdin", open(os.devnull))  # noqa: PTH123, SIM115
    monkeypatch.setenv(command.RUN_VARIABLE, DEAD)
    reaper.main(DEAD)
    sys.stdin.close()
    assert asked == [DEAD] * 7


def test_guard_removes_dead_runs_and_starts_a_watcher(
    monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    started: list[list[str]] = []
    removed: list[str] = []
    assert temporary
    monkeypatch.setenv(command.RUN_VARIABLE, "")
    monkeypatch.setattr(reaper, "leftovers", lambda: {DEAD, engine.run_id()})
    monkeypatch.setattr(reaper, "reap", removed.append)
    monkeypatch.setattr(reaper, "spawn", lambda argv, **_: started.append(argv))
    reaper.guard.__wrapped__()
    assert removed == [DEAD]
    assert started[0][1:] == ["-m", "shipways.machines.reaper", engine.run_id()]


@pytest.mark.process
def test_programs_of_a_dead_run_are_ended() -> None:
    env = {**os.environ, command.RUN_VARIABLE: DEAD}
    with subprocess.Popen(["sleep", "60"], env=env) as process:
        # the kernel shows the environment of a new program a moment after it has started
        started = psutil.Process(process.pid)
        while started.environ().get(command.RUN_VARIABLE) != DEAD:
            assert process.poll() is None
        assert reaper.end_processes(DEAD) == 1
        assert process.wait(10) != 0
