"""What the lifecycle asks of a service, however it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

TIMEOUT_S = 60
LINES = 40  # of its own words that a service is quoted with
FAMILIES = """family() {
    echo $1
    for child in $(cat /proc/$1/task/*/children); do family $child; done
}
for first in $(PIDS); do family $first; done"""


class Service(Protocol):
    """An installed service."""

    settings: str  # the administrator's file, "" where there is none
    state: str  # folder with the data
    home: str  # folder that it was unpacked to and runs from, "" where there is none
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


def families(pids: str) -> str:
    """A shell command that prints the ids of the processes that `pids` prints, and of all below.

    A container's processes are those below its first, whatever its control groups are called.
    """
    return FAMILIES.replace("PIDS", pids)


def pairs(env: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in env.items()]
