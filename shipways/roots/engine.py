"""The container engine, and the one label that everything made here carries.

A run id names the process that made a thing: host name, process id and start time. So whoever finds
a leftover can tell whether its maker still lives.
"""

from __future__ import annotations

import functools
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import docker
import psutil
from docker.errors import DockerException
from docker.types import Mount

from shipways.errors import ToolMissing

LABEL = "shipways"  # on containers, networks and volumes: the run id
KEPT_LABEL = "shipways.kept"  # on machines that somebody wants to keep
ROLE_LABEL = "shipways.role"  # on images; not LABEL, since containers inherit an image's labels
TIMEOUT_S = 120  # for one answer of the engine


@functools.cache
def client() -> docker.DockerClient:
    """The engine that DOCKER_HOST names, or the local one; `ToolMissing` when none answers."""
    try:
        engine = docker.from_env(timeout=TIMEOUT_S)
        engine.ping()
    except DockerException as error:
        raise ToolMissing(
            f"Docker does not answer: {error}",
            hint="Start it (systemctl start docker, or dockerd &), or run ./bootstrap.",
        ) from error
    return engine


@functools.cache
def cgroup_version() -> int:
    """2 where the engine manages control groups v2; 1 on cgroup v1 and hybrid hosts."""
    return 2 if client().info().get("CgroupVersion") == "2" else 1


def make_run_id(pid: int) -> str:
    started = psutil.Process(pid).create_time()
    return f"{socket.gethostname()}-{pid}-{started:.0f}"


@functools.cache
def run_id() -> str:
    """The run id of this process."""
    return make_run_id(os.getpid())


def is_alive(run: str) -> bool:
    """Whether the process that a run id names still runs. One of another host counts as alive."""
    host, pid, started = run.rsplit("-", 2)
    if host != socket.gethostname():
        return True
    try:
        return abs(float(psutil.Process(int(pid)).create_time()) - float(started)) < 2
    except psutil.NoSuchProcess:
        return False


def read_only(binds: Mapping[Path, str]) -> list[Mount]:
    """Bind mounts. (Given as `volumes`, they would become part of a committed image.)"""
    return [Mount(target, str(path), "bind", read_only=True) for path, target in binds.items()]


def labels() -> dict[str, str]:
    """What every container, network and volume is created with."""
    return {LABEL: run_id()}


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """A folder that is gone afterwards; its name carries the run id, so that a reaper finds it."""
    prefix = f"{LABEL}-{run_id()}-{purpose}-"
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
        yield Path(name)
