"""A service that runs as long as somebody's terminal is open."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from shipways.formats import environment
from shipways.machines.machine import Machine
from shipways.verify.delivery import Delivery
from shipways.verify.service.base import TIMEOUT_S, families, pairs
from shipways.verify.step_runner import StepRunner


class InTerminal:
    """A command that somebody has typed, and that stays in the foreground."""

    settings = ""
    home = ""
    starts_at_boot = False
    purged_after_removal = True

    def __init__(self, machine: Machine, delivery: Delivery, step_runner: StepRunner) -> None:
        self._machine = machine
        self._typist = step_runner
        self._delivery = delivery
        self.state = delivery.project.state_dir

    @property
    def pids(self) -> str:
        pid = self._typist.foreground.pid if self._typist.foreground else ""
        return families(f"echo {pid}")

    def restart(self) -> None:
        """Press Ctrl-C; typing the command again is a step of its own."""
        running = self._typist.foreground
        if running and running.running:
            running.interrupt()
            running.wait(TIMEOUT_S)
        self._typist.foreground = None

    def runs(self) -> bool:
        return bool(self._typist.foreground and self._typist.foreground.running)

    def kill(self) -> None:
        self._machine.run(f"kill -9 $({self.pids})", timeout=TIMEOUT_S)

    def words(self) -> str:
        running = self._typist.foreground
        return "" if running is None or running.running else running.wait(1).output

    def log(self) -> str:
        return ""  # it is on the terminal

    def manage(self, arguments: Sequence[str], env: Mapping[str, str]) -> str:
        """The command that serves, with other arguments."""
        program = environment.program(self._delivery.project)
        return f"env {shlex.join(pairs(env))} {program} {shlex.join(arguments)}"
