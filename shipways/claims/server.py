"""Where claims are tried: fresh machines on which one format is installed by its printed steps."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shipways.machines import image_cache
from shipways.machines.machine import Machine, machine
from shipways.verify import git_server, scenario
from shipways.verify.delivery import Delivery
from shipways.verify.http_client import HttpClient
from shipways.verify.step_runner import StepRunner
from shipways.verify.targets import Target

TIMEOUT_S = 300  # for a command that is none of the printed steps


@dataclass(frozen=True)
class Stage:
    """One format, the kind of machine that it goes to, and where the log is kept."""

    delivery: Delivery
    target: Target
    dist: Path
    log: str  # name of the log, without its suffix
    source: str = "auto"

    @property
    def logs(self) -> Path:
        return self.dist / "logs" / "claims"

    @property
    def log_file(self) -> Path:
        return self.logs / f"{self.log}.log"

    def note(self, text: str) -> None:
        """Write a line into the log, between the commands."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("a", encoding="utf-8") as file:
            file.write(f"-- {text}\n")


@dataclass(frozen=True)
class Server:
    """A fresh machine with the artifact on it, and a client on a helper machine beside it."""

    root: Machine
    helper: Machine
    client: HttpClient
    step_runner: StepRunner
    log_file: Path

    def run(self, command: str) -> str:
        """Type a command that is none of the printed steps; returns what it prints."""
        return self.root.run(command, timeout=TIMEOUT_S, log_file=self.log_file).output


@contextlib.contextmanager
def server(stage: Stage) -> Iterator[Server]:
    """A server; gone afterwards. One that holds a lot takes the engine long to remove: what was
    seen on it counts all the same, and the engine goes on by itself."""
    image = image_cache.ensure(stage.target.role, stage.source)
    helpers = image_cache.ensure("debian:13", stage.source, packages=("python3",))
    left = False
    try:
        with (
            machine(image, systemd=True) as root,
            git_server.served(stage.delivery, root, stage.source),
            machine(helpers, beside=root) as helper,
        ):
            scenario.prepare(root, stage.delivery)
            client = HttpClient(stage.delivery.project, helper)
            step_runner = StepRunner(root, stage.logs, stage.dist)
            yield Server(root, helper, client, step_runner, stage.log_file)
            left = True
    except OSError:  # the engine's answer is late
        if not left:
            raise
