"""Who listens where, as far as /proc tells (proc(5)): for the message that a port is taken."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

LISTEN = "0A"  # TCP_LISTEN, in hexadecimal as the kernel prints it


def holder(port: int, proc: Path = Path("/proc")) -> str:
    """The program that listens on a TCP port, as in "nginx (process 812)".

    "" where it cannot be known: only root sees into other users' processes, and the service's own
    view of /proc has neither them nor sockets.
    """
    sockets = {f"socket:[{inode}]" for inode in _inodes(port, proc)}
    for descriptor in proc.glob("[0-9]*/fd/*") if sockets else ():
        try:
            if os.readlink(descriptor) in sockets:
                process = descriptor.parent.parent
                name = (process / "comm").read_text("utf-8", "replace").strip()
                return f"{name} (process {process.name})"
        except OSError:
            continue  # it ended, or is not ours to look into
    return ""


def _inodes(port: int, proc: Path) -> Iterator[str]:
    for table in ("net/tcp", "net/tcp6"):
        try:
            lines = (proc / table).read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]
