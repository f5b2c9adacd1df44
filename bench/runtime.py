"""What the runtime adds to a project: bytes of a bundle, and seconds of each start."""

from __future__ import annotations

import json
import lzma
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from shipways.util import runtime
from shipways.util.command import require, run
from shipways.util.measure import median

RUNS = 15
LIMIT_KB, LIMIT_MS, LIMIT_SECOND = 60, 25, 1.05
TIMED = """\
import atexit, runpy, sys, time
sys.dont_write_bytecode = "read-only" in sys.argv
atexit.register(lambda: print(time.process_time(), file=sys.stderr))
"""
COMMAND = """\
from .runtime.command import main
if __name__ == "__main__":
    main(["check"])
"""
OWN = f"{TIMED}sys.argv = ['manage.py', 'check']; runpy.run_path('manage.py', run_name='__main__')"
OURS = f"{TIMED}runpy.run_module('shipways_site.command', run_name='__main__')"


def figures(_sample: Path, work: Path, *, runs: int = RUNS) -> Iterator[Figure]:
    """Deliver what startproject leaves, and start it beside its own manage.py."""
    yield _bytes()
    python = _environment(work / "venv")
    _deliver(python, work / "code")
    own, ours = [], []
    for _ in range(runs + 1):  # the first one compiles
        own.append(_cpu_s(python, OWN, work / "code" / "shipways_site" / "tree", work))
        ours.append(_cpu_s(python, OURS, work / "code", work))
    least = min(ours[1:]) - min(own[1:])
    how = (
        f"`check` of a startproject: its own manage.py {median(own[1:]) * 1000:.0f} ms of CPU, "
        f"delivered {median(ours[1:]) * 1000:.0f}; the least of {runs} each, in turn"
    )
    yield Figure("runtime, of a start", least * 1000, LIMIT_MS, "ms", how)
    yield _read_only(python, work, min(ours[1:]), runs)


def _bytes() -> Figure:
    """Its modules as one stream, as the archives of the formats hold them."""
    sources = [path.read_bytes() for path in sorted(runtime.SOURCES.rglob("*.py"))]
    packed = len(lzma.compress(b"".join(sources), preset=9 | lzma.PRESET_EXTREME))
    how = f"xz -9e of {len(sources)} modules, {sum(map(len, sources)):,} B"
    return Figure("runtime, of a bundle", packed / 1000, LIMIT_KB, "kB", how)


def _read_only(python: Path, work: Path, compiled: float, runs: int) -> Figure:
    """An installation without bytecode: what the first start compiles, the second one finds."""
    for folder in work.rglob("__pycache__"):
        shutil.rmtree(folder)
    spent = [_cpu_s(python, OURS, work / "code", work, "read-only") for _ in range(runs + 1)]
    how = f"the first start {spent[0] * 1000:.0f} ms of CPU; the least of {runs} after it"
    return Figure(
        "read-only: a second start to one with bytecode",
        min(spent[1:]) / compiled,
        LIMIT_SECOND,
        "× the time",
        how,
    )


def _environment(folder: Path) -> Path:
    uv = require("uv", "Install uv")
    python = folder / "bin" / "python"
    run([uv, "venv", "-q", "--python", sys.executable, folder], timeout=60)
    run([uv, "pip", "install", "-q", "--python", python, "django"], timeout=300)
    return python


def _deliver(python: Path, code: Path) -> None:
    package = code / "shipways_site"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(runtime.SOURCES, package / "runtime", ignore=ignored)
    (package / "__init__.py").touch()
    (package / "command.py").write_text(COMMAND, "utf-8")
    stated = {"name": "site", "version": "1.0.0", "settings": "site_.settings"}
    (package / "application.json").write_text(json.dumps(stated), "utf-8")
    (package / "tree").mkdir()
    argv: list[str | Path] = [python, "-m", "django", "startproject", "site_", package / "tree"]
    run(argv, timeout=60)


def _cpu_s(python: Path, program: str, folder: Path, work: Path, *words: str) -> float:
    """Seconds of processor time that the program took, its imports included."""
    variables = {
        "PYTHONPATH": str(work / "code"),
        "PYTHONDONTWRITEBYTECODE": "",
        "SITE_STATE_DIR": str(work / "state"),
    }
    done = run([python, "-c", program, *words], timeout=120, cwd=folder, env=variables)
    return float(done.output.split()[-1])
