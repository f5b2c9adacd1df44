"""What lies on a machine's disk: taken before and after, and compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from shipways.util.command import Completed

# Where packages and services keep what they could make again, what a person brought along, and what
# the system copies aside at midnight (/var/backups, by dpkg-db-backup.timer).
NOT_COUNTED = (
    "/boot",
    "/dev",
    "/home",
    "/mnt",
    "/proc",
    "/root",
    "/run",
    "/sys",
    "/tmp",
    "/var/backups",
    "/var/cache",
    "/var/lib/apt",
    "/var/lib/dnf",
    "/var/log",
    "/var/tmp",
)
FORMAT = r"%y\t%m\t%u\t%g\t%D:%i\t%s\t%l\t%p\0"


@dataclass(frozen=True)
class Entry:
    """One name in the file tree."""

    kind: str  # f file, d folder, l link, as find(1) has it
    mode: int
    user: str
    group: str
    inode: str  # with its device before it
    size: int  # bytes; 0 for everything but files
    link: str

    @property
    def writable_by_others(self) -> bool:
        """By the group or by everybody; links have no mode of their own."""
        return self.kind != "l" and bool(self.mode & 0o022)


Tree = Mapping[str, Entry]


class Runs(Protocol):
    def run(self, command: str, *, timeout: float) -> Completed: ...


def take(machine: Runs, folders: Iterable[str] = ("/",)) -> Tree:
    """Every name below `folders`, each on its own file system, without caches and logs."""
    pruned = " -o ".join(f"-path {path}" for path in NOT_COUNTED)
    find = f"find {' '.join(folders)} -xdev \\( {pruned} \\) -prune -o -printf '{FORMAT}'"
    command = f"{find} 2> /dev/null || true"  # on a machine that runs, files go while find looks
    return parse(machine.run(command, timeout=120).output)


def parse(text: str) -> Tree:
    """Entries from find's output in FORMAT."""
    found = {}
    for line in filter(None, text.split("\0")):
        kind, mode, user, group, inode, size, link, path = line.split("\t", 7)
        length = int(size) if kind == "f" else 0
        found[path] = Entry(kind, int(mode, 8), user, group, inode, length, link)
    return found


def added(before: Tree, after: Tree) -> dict[str, Entry]:
    """What is there now and was not before."""
    return {path: entry for path, entry in after.items() if path not in before}


def used(tree: Tree) -> int:
    """Bytes of all files; a file with several names counts once."""
    return sum({entry.inode: entry.size for entry in tree.values()}.values())
