"""What a format produces, and how a person installs it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PHASES = ("prerequisite", "install", "start", "upgrade", "rollback", "remove", "purge")


@dataclass(frozen=True)
class Artifact:
    """A finished file that is delivered to a user."""

    path: Path


@dataclass(frozen=True)
class Step:
    """A command that a person types on the target, in the phase that it belongs to, and why.

    The report, INSTALL.md, the README and the lifecycle all use the same steps: what is printed is
    what was executed. `command` is one shell command line, typed by root.
    """

    phase: str
    command: str
    why: str

    def __post_init__(self) -> None:
        if self.phase not in PHASES:
            raise ValueError(f"{self.phase!r} is no phase; phases are {', '.join(PHASES)}")
