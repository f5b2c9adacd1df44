"""Run ids: which process made a thing, so that whoever finds a leftover knows if its maker lives.

A run id has three parts: host name, process id, and when that process began.
"""

from __future__ import annotations

import contextlib
import functools
import os
import socket
from pathlib import Path

import psutil

MARK = "shipways"  # a temporary folder is called MARK-RUN_ID-PURPOSE-SOMETHING
START_FIELD = 19  # of /proc/PID/stat after the name: 22, starttime


def make_run_id(pid: int) -> str:
    """The start is the time of day, for people, and after the point what no clock can change.

    That is the boot and the clock ticks since then (proc(5)). Raises `OSError` where there is no
    such process.
    """
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    ticks = stat.rpartition(")")[2].split()[START_FIELD]
    boot = int(Path("/proc/sys/kernel/random/boot_id").read_text().partition("-")[0], 16)
    with contextlib.suppress(psutil.NoSuchProcess):
        began = psutil.Process(pid).create_time()
        return f"{socket.gethostname()}-{pid}-{began:.0f}.{boot:010}{ticks}"
    raise ProcessLookupError(pid)


@functools.cache
def run_id() -> str:
    """The run id of this process."""
    return make_run_id(os.getpid())


def is_alive(run: str) -> bool:
    """Whether the process that a run id names still runs. One of another host counts as alive."""
    host, pid, began = run.rsplit("-", 2)
    if host != socket.gethostname():
        return True
    try:
        now = make_run_id(int(pid)).rpartition("-")[2]
    except OSError:
        return False
    if "." not in began:  # of an earlier version, which had the time of day alone
        return abs(int(now.partition(".")[0]) - int(began)) < 2
    return now.partition(".")[2] == began.partition(".")[2]


def folder_prefix(purpose: str) -> str:
    """How the name of a temporary folder of this run begins."""
    return f"{MARK}-{run_id()}-{purpose}-"
