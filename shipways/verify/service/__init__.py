"""How an installed service runs: as a systemd unit, in a container, as a stack, in a terminal."""

from __future__ import annotations

from shipways.machines.machine import Machine
from shipways.verify.delivery import Delivery
from shipways.verify.service.base import TIMEOUT_S, Service
from shipways.verify.service.compose import Stack, home
from shipways.verify.service.container import InContainer
from shipways.verify.service.foreground import InTerminal
from shipways.verify.service.systemd import Unit
from shipways.verify.step_runner import StepRunner

__all__ = ["InContainer", "InTerminal", "Service", "Stack", "Unit", "find"]


def find(machine: Machine, delivery: Delivery, step_runner: StepRunner) -> Service:
    """How the service of this delivery runs on this machine."""
    if step_runner.foreground:
        return InTerminal(machine, delivery, step_runner)
    unit, stack = f"systemctl cat {delivery.project.name}.service", f"ls {home(delivery)}"
    if machine.run(unit, timeout=TIMEOUT_S, check=False).ok:
        return Unit(machine, delivery)
    if machine.run(f"{stack}/compose.yaml", timeout=TIMEOUT_S, check=False).ok:
        return Stack(machine, delivery)
    return InContainer(machine, delivery)
