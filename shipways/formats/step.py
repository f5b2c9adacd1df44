"""A step: what a person types to install, upgrade and remove what a format delivers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

PHASES = ("prerequisite", "install", "start", "upgrade", "rollback", "remove", "purge")


@dataclass(frozen=True)
class Step:
    """A command that a person types on the target, in the phase that it belongs to, and why.

    The report, INSTALL.md, the README and the lifecycle all use the same steps: what is printed is
    what was executed. `command` is one shell command line.
    """

    phase: str
    command: str
    why: str
    root: bool = True  # typed by root, else by anybody
    foreground: bool = False  # stays in its terminal as long as the service runs
    manager: str = ""  # the system's package manager that it calls: apt, dnf

    def __post_init__(self) -> None:
        if self.phase not in PHASES:
            raise ValueError(f"{self.phase!r} is no phase; phases are {', '.join(PHASES)}")


def by_phase(steps: Iterable[Step]) -> Iterator[tuple[str, list[Step]]]:
    """Steps in groups of one phase, in their order."""
    return ((phase, list(group)) for phase, group in groupby(steps, lambda step: step.phase))
