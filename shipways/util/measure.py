"""Sizes in bytes, times in seconds, memory in MiB."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from pathlib import Path

import psutil

MIB = 1024 * 1024


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's content."""
    return file_hash(path, "sha256")


def file_hash(path: Path, algorithm: str) -> str:
    """Hexadecimal hash of a file's content; `algorithm` is one of hashlib's names."""
    with path.open("rb") as file:
        digest = hashlib.new(algorithm)
        for chunk in iter(lambda: file.read(MIB), b""):
            digest.update(chunk)
    return digest.hexdigest()


def tree_bytes(root: Path) -> int:
    """Sum of the sizes of all regular files below `root`, in bytes; links count as nothing."""
    return sum(p.stat().st_size for p in root.rglob("*") if p.is_file() and not p.is_symlink())


def median(values: Iterable[float]) -> float:
    """The middle value, or the mean of the middle two.

    >>> median([3.0, 1.0, 2.0])
    2.0
    """
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


class Watch(threading.Thread):
    """Watches one process and its descendants while they live.

    `peak_mib` is the largest sum of resident memory seen, `cpu_s` the processor time used. Both are
    read while the processes live: rusage of finished children inherits the parent's own peak.
    """

    def __init__(self, pid: int, interval: float = 0.05) -> None:
        super().__init__(daemon=True)
        self._root = psutil.Process(pid)
        self._interval = interval
        self._ended = threading.Event()
        self._cpu: dict[int, float] = {}
        self.peak_mib = 0.0

    @property
    def cpu_s(self) -> float:
        return sum(self._cpu.values())

    def run(self) -> None:
        while not self._ended.is_set():
            self._sample()
            self._ended.wait(self._interval)

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def _sample(self) -> None:
        resident = 0
        try:
            for process in (self._root, *self._root.children(recursive=True)):
                with process.oneshot():
                    resident += process.memory_info().rss
                    times = process.cpu_times()
                    self._cpu[process.pid] = times.user + times.system
        except psutil.Error:
            return  # it ended between two looks
        self.peak_mib = max(self.peak_mib, resident / MIB)
