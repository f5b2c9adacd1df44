"""A service that systemd runs."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from shipways.machines.machine import Machine
from shipways.verify.delivery import Delivery
from shipways.verify.service.base import LINES, TIMEOUT_S, pairs


class Unit:
    """A systemd unit called as the project is."""

    home = ""
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
        return shlex.join(["env", *pairs(env), self._command, *arguments])
