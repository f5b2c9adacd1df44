"""A service that is several containers, kept by Docker Compose."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from shipways.formats.compose import format as compose
from shipways.machines.machine import Machine
from shipways.verify.delivery import Delivery
from shipways.verify.service.base import LINES, TIMEOUT_S, families, pairs

APP, DATABASE = "web", "database"  # a service and a volume of the stack


class Stack:
    """App, database and proxy, by the compose.yaml in the folder that the archive unpacks to."""

    starts_at_boot = True
    purged_after_removal = False

    def __init__(self, machine: Machine, delivery: Delivery) -> None:
        self._machine = machine
        self._command = delivery.project.command
        name = delivery.project.name
        self.home = home(delivery)
        self.settings = f"{self.home}/.env"
        self.state = f"/var/lib/docker/volumes/{name}_{DATABASE}/_data"
        self._compose = f"docker compose --project-directory {self.home}"
        self.pids = families(
            f"{self._compose} ps -q | xargs -r docker inspect -f '{{{{.State.Pid}}}}'"
        )

    def restart(self) -> None:
        self._machine.run(f"{self._compose} restart", timeout=TIMEOUT_S)

    def runs(self) -> bool:
        command = f"{self._compose} ps -q --status running {APP}"
        done = self._machine.run(command, timeout=TIMEOUT_S, check=False)
        return done.ok and bool(done.output.strip())

    def kill(self) -> None:
        self._machine.run(f"{self._compose} kill -s KILL {APP}", timeout=TIMEOUT_S)

    def words(self) -> str:
        """Its containers' states and what they have said last."""
        command = f"{self._compose} ps -a; {self._compose} logs -n {LINES}"
        return self._machine.run(command, timeout=TIMEOUT_S, check=False).output

    def log(self) -> str:
        return f"{self._compose} logs -f -n {LINES}"

    def manage(self, arguments: Sequence[str], env: Mapping[str, str]) -> str:
        return self.inside([self._command, *arguments], env)

    def inside(self, argv: Sequence[str], env: Mapping[str, str] = {}) -> str:
        """A shell command that runs a program in the app's container."""
        given = [word for pair in pairs(env) for word in ("-e", pair)]
        return f"{self._compose} exec -T {shlex.join([*given, APP, *argv])}"


def home(delivery: Delivery) -> str:
    """The stack's folder on the machine; steps are typed in root's home."""
    return f"/root/{compose.folder_name(delivery.project)}"
