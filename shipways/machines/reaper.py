"""Removes what a run has left behind: at the next start, or at once when its process dies.

`guard()` starts a child process that waits on a pipe. The pipe closes when this process ends, in
whatever way, SIGKILL included; then the child removes everything that carries the run's label.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psutil
from docker.errors import APIError, NotFound

from shipways.machines import engine
from shipways.util.command import RUN_VARIABLE, spawn
from shipways.util.runs import is_alive

ATTEMPTS = 20
QUIET = 3  # an engine that is still creating a container lists it only a moment later


@functools.cache
def guard() -> None:
    """Remove what dead runs left, then watch over this one. Once per process."""
    os.environ[RUN_VARIABLE] = engine.run_id()
    for run in leftovers():
        if not is_alive(run):
            reap(run)
    argv = [sys.executable, "-m", "shipways.machines.reaper", engine.run_id()]
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    spawn(argv, env={"PYTHONPATH": path})


def leftovers() -> set[str]:
    """Run ids on any container, network, volume or temporary folder."""
    runs = {labels[engine.LABEL] for _, labels in _labelled(engine.LABEL)}
    marker = f"{engine.LABEL}-"
    for folder in Path(tempfile.gettempdir()).glob(f"{marker}*-*-*-*-*"):
        runs.add(folder.name.removeprefix(marker).rsplit("-", 2)[0])
    return runs - {""}  # a container that somebody made of one of our images carries none


def reap(run: str) -> int:
    """Remove everything that carries `run`; returns how many things there were."""
    count = end_processes(run)
    for remove, _ in _labelled(f"{engine.LABEL}={run}"):
        with contextlib.suppress(NotFound, APIError):
            remove()
            count += 1
    for folder in Path(tempfile.gettempdir()).glob(f"{engine.LABEL}-{run}-*"):
        shutil.rmtree(folder, ignore_errors=True)
        count += 1
    return count


def _labelled(label: str) -> list[tuple[functools.partial[None], dict[str, str]]]:
    """How to remove each labelled thing, and its labels; containers first, they hold the others."""
    docker = engine.client()
    filters: dict[str, str | list[str] | bool] = {"label": label}
    found: list[tuple[functools.partial[None], dict[str, str]]] = []
    for container in docker.containers.list(all=True, filters=filters, ignore_removed=True):
        found.append((functools.partial(engine.remove, container), container.labels))
    for network in docker.networks.list(filters=filters):
        found.append((functools.partial(network.remove), network.attrs["Labels"]))
    for volume in docker.volumes.list(filters=filters):
        found.append((functools.partial(volume.remove, force=True), volume.attrs["Labels"]))
    return found


def end_processes(run: str) -> int:
    """Kill the programs that a dead run had started; they carry its id in their environment."""
    count = 0
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(RUN_VARIABLE) == run:
                process.kill()
                count += 1
    return count


def main(run: str) -> None:
    """Wait for the end of standard input, then remove until several looks in a row find nothing."""
    sys.stdin.read()
    del os.environ[RUN_VARIABLE]
    quiet = 0
    for _ in range(ATTEMPTS):
        quiet = 0 if reap(run) else quiet + 1
        if quiet == QUIET:
            return
        time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1])
