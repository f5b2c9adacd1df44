"""A service that is one container."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from shipways.formats.docker import format as docker
from shipways.machines.machine import Machine
from shipways.verify.delivery import Delivery
from shipways.verify.service.base import LINES, TIMEOUT_S, families, pairs


class InContainer:
    """A container called as the project is, its data in a volume."""

    settings = ""  # they are variables of `docker run`
    home = ""
    starts_at_boot = True
    purged_after_removal = True

    def __init__(self, machine: Machine, delivery: Delivery) -> None:
        self._machine = machine
        self._project = delivery.project
        self._name = delivery.project.name
        self._command = delivery.project.command
        self.state = f"/var/lib/docker/volumes/{self._name}-data/_data"
        self.pids = families(f"docker inspect -f '{{{{.State.Pid}}}}' {self._name}")

    @property
    def beside(self) -> str:
        """The name of a second container, for trying things."""
        return f"{self._name}-beside"

    def without_volume(self) -> str:
        """The printed command for that container: no volume, no published port."""
        return docker.run_command(self._project, self.beside, None, volume=False)

    def restart(self) -> None:
        self._machine.run(f"docker restart {self._name}", timeout=TIMEOUT_S)

    def runs(self) -> bool:
        command = "docker inspect -f '{{.State.Running}}' " + self._name
        done = self._machine.run(command, timeout=TIMEOUT_S, check=False)
        return done.output.strip() == "true"

    def kill(self) -> None:
        self._machine.run(f"docker kill -s KILL {self._name}", timeout=TIMEOUT_S)

    def words(self) -> str:
        command = f"docker logs -n {LINES} {self._name}"
        return self._machine.run(command, timeout=TIMEOUT_S, check=False).output

    def log(self) -> str:
        return f"docker logs -f -n {LINES} {self._name}"

    def manage(self, arguments: Sequence[str], env: Mapping[str, str]) -> str:
        return self.inside([self._command, *arguments], env)

    def inside(self, argv: Sequence[str], env: Mapping[str, str] = {}) -> str:
        """A shell command that runs a program in the container."""
        given = [word for pair in pairs(env) for word in ("-e", pair)]
        return shlex.join(["docker", "exec", *given, self._name, *argv])
