"""Steps are typed in their order, each recorded; the first that fails ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipways.errors import VerifyError
from shipways.formats.step import Step
from shipways.util.command import Completed
from shipways.verify.step_runner import StepRunner

STEPS = [Step("install", "first", "why"), Step("install", "second", "why")]


class Terminal:
    """Commands answer as their names say; `serve` stays until it is interrupted."""

    def __init__(self, ends: int = 0) -> None:
        self.ends = ends
        self.typed: list[str] = []
        self.running = True
        self.pid = "7"

    def run(self, command: str, **_: object) -> Completed:
        self.typed.append(command)
        return Completed((command,), self.ends, "first line\nlast line\n", 1.5, 0, 0)

    def spawn(self, command: str, **_: object) -> Terminal:
        self.typed.append(command)
        self.running = command == "serve"
        return self

    def wait(self, _: float) -> Completed:
        return Completed(("x",), self.ends, "last words", 0, 0, 0)

    def interrupt(self, _: str = "INT") -> None:
        self.running = False


def test_every_step_is_recorded(tmp_path: Path) -> None:
    told: list[str] = []
    step_runner = StepRunner(Terminal(), tmp_path / "logs", tmp_path, told.append)
    step_runner.type_all(STEPS, "install")
    assert [(step.command, step.seconds, step.ok) for step in step_runner.record] == [
        ("first", 1.5, True),
        ("second", 1.5, True),
    ]
    assert step_runner.record[0].log == "logs/install.log"
    assert told == ["# first", "  1.5 s", "# second", "  1.5 s"]


def test_the_first_failure_ends_it(tmp_path: Path) -> None:
    terminal = Terminal(ends=4)
    step_runner = StepRunner(terminal, tmp_path, tmp_path)
    with pytest.raises(VerifyError, match="first ended with status 4: last line"):
        step_runner.type_all(STEPS, "install")
    assert terminal.typed == ["first"]
    assert not step_runner.record[0].ok


def test_a_service_may_stay_in_the_foreground(tmp_path: Path) -> None:
    terminal = Terminal()
    step_runner = StepRunner(terminal, tmp_path, tmp_path)
    answers = iter([False, False, True])
    stays = Step("start", "serve", "why", foreground=True)
    step_runner.start([stays], lambda: next(answers), "start")
    assert step_runner.foreground is terminal
    assert step_runner.record[0].ok


def test_a_start_that_ends_by_itself(tmp_path: Path) -> None:
    step_runner = StepRunner(Terminal(), tmp_path, tmp_path)
    step_runner.start([Step("start", "run -d", "why")], lambda: False, "start")
    assert step_runner.foreground is None
    assert step_runner.record[0].ok


def test_a_start_that_waits_by_itself_is_no_service(tmp_path: Path) -> None:
    class Slow(Terminal):
        """`up -d --wait` goes on for a while after the first answer."""

        looks = iter([True, True, True, False, False])

        def spawn(self, command: str, **_: object) -> Terminal:
            self.typed.append(command)
            return self

        @property
        def running(self) -> bool:
            return next(self.looks)

        @running.setter
        def running(self, _: bool) -> None:
            """Told by `looks`."""

    step_runner = StepRunner(Slow(), tmp_path, tmp_path)
    step_runner.start([Step("start", "up -d --wait", "why")], lambda: True, "start")
    assert step_runner.foreground is None
    assert step_runner.record[0].ok


def test_a_start_that_fails(tmp_path: Path) -> None:
    step_runner = StepRunner(Terminal(ends=2), tmp_path, tmp_path)
    with pytest.raises(VerifyError, match="last words"):
        step_runner.start([Step("start", "run -d", "why")], lambda: False, "start")
