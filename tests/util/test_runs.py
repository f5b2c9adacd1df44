"""A run is known by its process and the boot, not by a clock that somebody may set."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import shipways
from shipways.util import runs

PACKAGE = Path(shipways.__file__).parent
TIMES_OF_DAY = {"build/pipeline.py": 1}  # when it was built, for the report
FAR = 10 * 365 * 86400


@pytest.mark.parametrize("step", [-FAR, -3, 3, FAR])
def test_a_clock_that_is_set_makes_no_other_run_of_it(
    monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    run, now, boot = runs.run_id(), time.time, psutil.boot_time
    monkeypatch.setattr(time, "time", lambda: now() + step)
    monkeypatch.setattr(psutil, "boot_time", lambda: boot() + step)
    assert runs.is_alive(run)
    mine = runs.make_run_id(os.getpid())
    assert mine.rpartition(".")[2] == run.rpartition(".")[2]
    assert runs.is_alive(mine)


def test_runs_of_an_earlier_version_are_known() -> None:
    """Two versions may be at work on one engine, and neither removes what the other has made."""
    host, pid, began = runs.run_id().rsplit("-", 2)
    assert float(began) == pytest.approx(psutil.Process().create_time(), abs=2)  # as they read it
    assert runs.is_alive(f"{host}-{pid}-{began.partition('.')[0]}")
    assert not runs.is_alive(f"{host}-{pid}-1")


@pytest.mark.process
def test_two_processes_are_two_runs_and_end() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        run = runs.make_run_id(process.pid)
        assert runs.is_alive(run)
        assert run != runs.run_id()
        process.communicate(b"\n")
    assert not runs.is_alive(run)


def test_a_name_with_odd_characters_does_not_move_the_fields(tmp_path: Path) -> None:
    assert runs.make_run_id(1).split("-")[-2] == "1"
    with pytest.raises(OSError, match="No such file"):
        runs.make_run_id(999_999_999)


def test_durations_come_from_a_clock_that_only_goes_forward() -> None:
    """Nothing asks for the time of day but what prints it."""
    asking: dict[str, int] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in (
                "time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "date.today",
                "datetime.datetime.now",
            ):  # fmt: skip
                name = path.relative_to(PACKAGE).as_posix()
                asking[name] = asking.get(name, 0) + 1
    assert asking == TIMES_OF_DAY
