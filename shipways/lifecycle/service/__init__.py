"""How an installed service runs: as a systemd unit, in a container, as a stack, in a terminal."""

from __future__ import annotations

from shipways.lifecycle.delivery import Delivery
from shipways.lifecycle.service.base import TIMEOUT_S, Service
from shipways.lifecycle.service.container import InContainer
from shipways.lifecycle.service.stack import Stack, home
from shipways.lifecycle.service.terminal import InTerminal
from shipways.lifecycle.service.unit import Unit
from shipways.lifecycle.typist import Typist
from shipways.machines.machine import Machine

__all__ = ["InContainer", "InTerminal", "Service", "Stack", "Unit", "find"]


def find(machine: Machine, delivery: Delivery, typist: Typist) -> Service:
    """How the service of this delivery runs on this machine."""
    if typist.foreground:
        return InTerminal(machine, delivery, typist)
    unit, stack = f"systemctl cat {delivery.project.name}.service", f"ls {home(delivery)}"
    if machine.run(unit, timeout=TIMEOUT_S, check=False).ok:
        return Unit(machine, delivery)
    if machine.run(f"{stack}/compose.yaml", timeout=TIMEOUT_S, check=False).ok:
        return Stack(machine, delivery)
    return InContainer(machine, delivery)
