"""Types a format's steps on a machine, one by one, and keeps the record of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from shipways.errors import VerifyError
from shipways.formats.step import Step
from shipways.results import StepResult
from shipways.util.cause import cause
from shipways.util.command import Completed

STEP_TIMEOUT_S = 600
POLL_INTERVAL_S = 0.1  # between two looks at a command that stays in the foreground


class Running(Protocol):
    @property
    def running(self) -> bool: ...
    @property
    def pid(self) -> str: ...
    def wait(self, seconds: float) -> Completed: ...
    def interrupt(self, number: str = "INT") -> None: ...


class Terminal(Protocol):
    """Where commands are typed."""

    def run(
        self, command: str, *, timeout: float, log_file: Path | None = None, check: bool = True
    ) -> Completed: ...

    def spawn(self, command: str, *, timeout: float, log_file: Path | None = None) -> Running: ...


class StepRunner:
    """Types steps; `record` has each with its seconds, and `foreground` a service that stays."""

    def __init__(
        self,
        terminal: Terminal,
        logs: Path,
        dist: Path,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._terminal = terminal
        self._tell = tell
        self._logs = logs
        self._dist = dist
        self.record: list[StepResult] = []
        self.foreground: Running | None = None

    def type_all(self, steps: Iterable[Step], log: str) -> None:
        """Type steps that end by themselves. Raises `VerifyError` at the first that fails."""
        for step in steps:
            self._tell(f"# {step.command}")
            done = self._terminal.run(
                step.command, timeout=STEP_TIMEOUT_S, log_file=self.log(log), check=False
            )
            self._note(step, done.seconds, done.ok, log)
            if not done.ok:
                raise self._failure(step, done, log)

    def start(self, steps: Iterable[Step], answers: Callable[[], bool], log: str) -> None:
        """Type steps of which the last may stay in the foreground, as `serve` does.

        Such a step is done when the service answers; it goes on in a terminal of its own.
        """
        for step in steps:
            self._tell(f"# {step.command}")
            started = time.monotonic()
            running = self._terminal.spawn(step.command, timeout=24 * 3600, log_file=self.log(log))
            while running.running and not (step.foreground and answers() and running.running):
                if time.monotonic() - started > STEP_TIMEOUT_S:
                    raise VerifyError(f"{step.command} neither ends nor serves.", log=self.log(log))
                time.sleep(POLL_INTERVAL_S)
            seconds = time.monotonic() - started
            if running.running:
                self.foreground = running
                self._note(step, seconds, True, log)
                continue
            done = running.wait(1)
            self._note(step, seconds, done.ok, log)
            if not done.ok:
                raise self._failure(step, done, log)

    def _note(self, step: Step, seconds: float, ok: bool, log: str) -> None:
        self._tell(f"  {seconds:.1f} s")
        path = str(self.log(log).relative_to(self._dist))
        self.record.append(
            StepResult(
                phase=step.phase,
                command=step.command,
                seconds=seconds,
                ok=ok,
                log=path,
                manager=step.manager,
            )
        )

    def _failure(self, step: Step, done: Completed, log: str) -> VerifyError:
        why = cause(done.output)
        message = f"{step.command} ended with status {done.returncode}: {why}"
        return VerifyError(message, log=self.log(log))

    def log(self, name: str) -> Path:
        """The file that a phase's output goes to."""
        return self._logs / f"{name}.log"
