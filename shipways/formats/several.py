"""How several instances of a format stand on one machine, as data.

Each has a name, data and a port of its own, counted up from the project's. What is typed is what
the format prints, with other names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shipways.project.model import Project


@dataclass(frozen=True)
class Several:
    """What is typed once, before the first instance, and what for each."""

    once: Sequence[str]  # phases of the printed steps
    each: Callable[[Project, str, int], Sequence[str]]  # main file, number -> shell commands


def name(project: Project, number: int) -> str:
    """The name of an instance."""
    return f"{project.name}-{number}"


def port(project: Project, number: int) -> int:
    """The port of an instance."""
    return project.tool.port + number - 1


def bind(project: Project, number: int) -> str:
    """The variable that lets an instance listen on its port, NAME=VALUE."""
    return f"{project.tool.bind_variable}=127.0.0.1:{port(project, number)}"


def in_background(command: str, name: str) -> str:
    """A command that stays, as a command that gives the terminal back; it logs into /tmp."""
    return f"setsid {command} > /tmp/{name}.log 2>&1 < /dev/null &"
