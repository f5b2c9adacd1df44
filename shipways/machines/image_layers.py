"""Layers over a base image: a script that runs in a container, which is then committed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from shipways.errors import BuildError
from shipways.machines import engine, execution, host_network, systemd_boot
from shipways.util import cause

TIMEOUT_S = 1200
VERSION = 2  # raise it when the same recipe would now give another image
Maker = Callable[[str, dict[str, str]], None]  # (name of the new image, its labels)
APT = """set -e
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y install --no-install-recommends {packages}
apt-get clean
rm -rf /var/lib/apt/lists/*"""
DNF = """set -e
dnf -q -y install {packages}
dnf -q clean all"""


class Layer(Protocol):
    @property
    def recipe(self) -> str: ...


@dataclass(frozen=True)
class Script:
    """A layer made by shell commands."""

    recipe: str


@dataclass(frozen=True)
class Packages:
    """A layer of packages, by the distribution's own manager."""

    manager: str  # apt | dnf
    names: tuple[str, ...]

    @property
    def recipe(self) -> str:
        template = APT if self.manager == "apt" else DNF
        return template.format(packages=" ".join(self.names))


def add(base: str, layer: Layer, ref: str, labels: dict[str, str]) -> None:
    """Run the layer's recipe in a container of `base` and commit it as `ref`."""
    container = engine.client().containers.create(
        base,
        systemd_boot.IDLE,
        labels=engine.labels(),
        mounts=engine.read_only(host_network.binds()),
    )
    try:
        container.start()
        # by exec: the new image must not inherit the variables
        argv = ["timeout", f"{TIMEOUT_S}", "sh", "-c", layer.recipe]
        status, output = execution.ask(container, argv, host_network.environment())
        if status:
            problem = f"{ref} could not be prepared (status {status})"
            raise BuildError(f"{cause.cause(output)}\n{problem}:\n{cause.tail(output)}")
        repository, tag = ref.rsplit(":", 1)
        container.commit(repository, tag, changes=_changes(labels))
    finally:
        engine.remove(container)


def _changes(labels: dict[str, str]) -> list[str]:
    """Dockerfile lines for the new image: its own labels, not the run's, and a shell to run."""
    lines = [f'LABEL {name}="{value}"' for name, value in labels.items()]
    return [*lines, f'LABEL {engine.LABEL}=""', 'CMD ["bash"]']
