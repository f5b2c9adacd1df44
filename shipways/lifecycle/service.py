"""How an installed service runs: as a systemd unit, as a container, or in a person's terminal."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Protocol

from shipways.artifact import Step
from shipways.lifecycle.delivery import Delivery
from shipways.lifecycle.typist import Typist
from shipways.roots.machine import Machine

TIMEOUT_S = 60
FAMILY = """family() {
    echo $1
    for child in $(cat /proc/$1/task/*/children); do family $child; done
}
family PID"""
LINES = 40  # of its own words that a service is quoted with


class Service(Protocol):
    """What the lifecycle asks of a service, however it runs."""

    settings: str  # the administrator's file, "" where there is none
    state: str  # folder with the data
    starts_at_boot: bool
    purged_after_removal: bool  # what purges it does not also remove it

    @property
    def pids(self) -> str:
        """A shell command that prints its process ids."""

    def restart(self) -> None: ...
    def runs(self) -> bool: ...
    def kill(self) -> None: ...
    def words(self) -> str: ...
    def log(self) -> str: ...
    def manage(self, arguments: Sequence[str], env: Mapping[str, str]) -> str: ...


class Unit:
    """A systemd unit called as the project is."""

    starts_at_boot = True
    purged_after_removal = False

    def __init__(self, machine: Machine, delivery: Delivery) -> None:
        self._machine = machine
        self._name = delivery.project.name
        self._command = delivery.project.command
        self.settings = delivery.project.settings_file
        self.state = delivery.project.state_dir
        self.group = f"/sys/fs/cgroup/system.slice/{self._name}.service"
        self.pids = f"find {self.group} -name cgroup.procs -exec cat {{}} +"

    def restart(self) -> None:
        self._machine.run(f"systemctl restart {self._name}", timeout=TIMEOUT_S)

    def runs(self) -> bool:
        state = self._machine.run(
            f"systemctl is-active {self._name}", timeout=TIMEOUT_S, check=False
        )
        return state.output.strip() in ("active", "activating", "reloading")

    def kill(self) -> None:
        self._machine.run(f"kill -9 $({self.pids})", timeout=TIMEOUT_S)

    def words(self) -> str:
        """Its state and what it has said last."""
        command = (
            f"systemctl status --no-pager -n 0 {self._name}; "
            f"journalctl --no-pager -o cat -n {LINES} -u {self._name}"
        )
        return self._machine.run(command, timeout=TIMEOUT_S, check=False).output

    def log(self) -> str:
        return f"journalctl --no-pager -o cat -f -n {LINES} -u {self._name}"

    def manage(self, arguments: Sequence[str], env: Mapping[str, str]) -> str:
        return shlex.join(["env", *_pairs(env), self._command, *arguments])


class InContainer:
    """A container called as the project is, its data in a volume."""

    settings = ""  # they are variables of `docker run`
    starts_at_boot = True
    purged_after_removal = True

    def __init__(self, machine: Machine, delivery: Delivery) -> None:
        self._machine = machine
        self._name = delivery.project.name
        self._command = delivery.project.command
        self.state = f"/var/lib/docker/volumes/{self._name}-data/_data"
        scope = "/sys/fs/cgroup/system.slice/docker-$(docker inspect -f '{{.Id}}' NAME).scope"
        self.pids = f"find {scope.replace('NAME', self._name)} -name cgroup.procs -exec cat {{}} +"

    @property
    def beside(self) -> str:
        """The name of a second container, for trying things."""
        return f"{self._name}-beside"

    def without_volume(self, command: str) -> str:
        """The printed `docker run` for that container: no volume, no published port."""
        bare = re.sub(r" (-v|--volume|-p|--publish|--mount) \S+", "", command)
        return bare.replace(f"--name {self._name}", f"--name {self.beside}")

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
        given = [word for pair in _pairs(env) for word in ("-e", pair)]
        return shlex.join(["docker", "exec", *given, self._name, self._command, *arguments])


class InTerminal:
    """A command that somebody has typed, and that stays in the foreground."""

    settings = ""
    starts_at_boot = False
    purged_after_removal = True

    def __init__(self, machine: Machine, delivery: Delivery, typist: Typist) -> None:
        self._machine = machine
        self._typist = typist
        self._delivery = delivery
        self.state = delivery.project.state_dir

    @property
    def _step(self) -> Step:
        return self._delivery.steps("start")[-1]

    @property
    def pids(self) -> str:
        pid = self._typist.foreground.pid if self._typist.foreground else ""
        return FAMILY.replace("PID", pid)

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
        serve = " ".join(self._delivery.project.tool.serve)
        program = self._step.command.removesuffix(serve).strip()
        return f"env {shlex.join(_pairs(env))} {program} {shlex.join(arguments)}"


def find(machine: Machine, delivery: Delivery, typist: Typist) -> Service:
    """How the service of this delivery runs on this machine."""
    if typist.foreground:
        return InTerminal(machine, delivery, typist)
    name = delivery.project.name
    unit = machine.run(f"systemctl cat {name}.service", timeout=TIMEOUT_S, check=False)
    return Unit(machine, delivery) if unit.ok else InContainer(machine, delivery)


def _pairs(env: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in env.items()]
