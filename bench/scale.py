"""Ten times the files: at most ten times as long, and no more memory of our own."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.figure import Figure
from shipways.project import source_tree
from shipways.util.command import run

FEW, MANY = 400, 4000
MEMORY_LIMIT_MIB = 150
PROGRAM = "import sys; from shipways.__main__ import main; sys.exit(main())"


def figures(sample: Path, work: Path, *, few: int = FEW, many: int = MANY) -> Iterator[Figure]:
    """Build the tarball of a copy of the sample with few more files, then with ten times those."""
    costs = {count: build(grown(sample, work / str(count), count), work) for count in (few, many)}
    ratio = costs[many][0] / costs[few][0]
    how = (
        f"tarball with {many} more files: {costs[many][0]:.1f} s, with {few}: {costs[few][0]:.1f} s"
    )
    yield Figure("ten times the files", ratio, 10, "× as long", how)
    how = f"largest resident memory of the toolkit's own process, {many} more files"
    yield Figure("own memory", costs[many][1], MEMORY_LIMIT_MIB, "MiB", how)


def grown(sample: Path, target: Path, count: int) -> Path:
    """A copy of the sample with `count` more data files in its package."""
    source_tree.snapshot(sample, target)
    (package,) = [path.parent for path in target.glob("*/settings.py")]
    for number in range(count):
        folder = package / "board" / "static" / "board" / f"more-{number // 100}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.css").write_text(f"/* {number} */\n" * 40)
    return target


def build(tree: Path, work: Path) -> tuple[float, float]:
    """(wall seconds, own peak MiB) of building the tarball."""
    dist = work / f"dist-{tree.name}"
    peak = Peak(PROGRAM)
    peak.start()
    argv = [
        sys.executable,
        "-c",
        PROGRAM,
        "build",
        "tarball",
        f"--project={tree}",
        f"--dist={dist}",
    ]
    seconds = run([*argv, "--compression=fast"], timeout=1800).seconds
    peak.ended.set()
    peak.join()
    return seconds, peak.mib


class Peak(threading.Thread):
    """VmHWM of the process that runs `program`, read while it lives."""

    def __init__(self, program: str) -> None:
        super().__init__(daemon=True)
        self.program = program
        self.ended = threading.Event()
        self.mib = 0.0

    def run(self) -> None:
        while not self.ended.wait(0.1):
            for process in psutil.Process().children():
                if self.program in process.cmdline():
                    status = Path(f"/proc/{process.pid}/status").read_text()
                    high = next(line for line in status.splitlines() if line.startswith("VmHWM"))
                    self.mib = max(self.mib, int(high.split()[1]) / 1024)
            time.sleep(0)
