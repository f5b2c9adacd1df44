"""Run ids: which process made a thing, so that whoever finds a leftover knows if its maker lives.

A run id has three parts: host name, process id, and when that process began.
"""

from __future__ import annotations

import functools
import os
import socket
from pathlib import Path

MARK = "shipways"  # a temporary folder is called MARK-RUN_ID-PURPOSE-SOMETHING
START_FIELD = 19  # of /proc/PID/stat after the name: 22, starttime


def make_run_id(pid: int) -> str:
    """The start is told by the boot and the clock ticks since then (proc(5)).

    Not by a time of day: a clock that is set meanwhile would make another run of it. Raises
    `OSError` where there is no such process.
    """
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    started = stat.rpartition(")")[2].split()[START_FIELD]
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().partition("-")[0]
    return f"{socket.gethostname()}-{pid}-{boot}.{started}"


@functools.cache
def run_id() -> str:
    """The run id of this process."""
    return make_run_id(os.getpid())


def is_alive(run: str) -> bool:
    """Whether the process that a run id names still runs. One of another host counts as alive."""
    host, pid, _ = run.rsplit("-", 2)
    if host != socket.gethostname():
        return True
    try:
        return make_run_id(int(pid)) == run
    except OSError:
        return False


def folder_prefix(purpose: str) -> str:
    """How the name of a temporary folder of this run begins."""
    return f"{MARK}-{run_id()}-{purpose}-"
