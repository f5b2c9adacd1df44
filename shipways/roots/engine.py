"""The container engine, and the one label that everything made here carries.

A run id names the process that made a thing: host name, process id and start time. So whoever finds
a leftover can tell whether its maker still lives.
"""

from __future__ import annotations

import functools
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import docker
import psutil
from docker.errors import DockerException
from docker.types import Mount

from shipways.command import find, run, version_of
from shipways.errors import ToolMissing, UsageError
from shipways.roots import podman

VARIABLE = "SHIPWAYS_ENGINE"  # docker | podman | auto: which engine a run works with
ENGINES = ("docker", "podman")
LABEL = "shipways"  # on containers, networks and volumes: the run id
KEPT_LABEL = "shipways.kept"  # on machines that somebody wants to keep
ROLE_LABEL = "shipways.role"  # on images; not LABEL, since containers inherit an image's labels
TIMEOUT_S = 120  # for one answer of the engine


def name() -> str:
    """docker or podman: the one asked for, else the one that is there, Docker first.

    It is the program's name as well: images are saved and loaded by both in the same words.
    """
    asked = os.environ.get(VARIABLE, "auto")
    if asked not in (*ENGINES, "auto"):
        raise UsageError(
            f"There is no engine {asked!r}.", hint=f"Engines are {', '.join(ENGINES)}."
        )
    if asked != "auto":
        return asked
    there = [engine for engine in ENGINES if find(engine)]
    return there[0] if there and "DOCKER_HOST" not in os.environ else ENGINES[0]


@functools.cache
def client() -> docker.DockerClient:
    """The engine: Docker as DOCKER_HOST names it, or the local one; or Podman, by a service.

    Raises `ToolMissing` when none answers.
    """
    if name() == "podman":
        return podman.start(f"{LABEL}-{run_id()}-p-", TIMEOUT_S)
    try:
        engine = docker.from_env(timeout=TIMEOUT_S)
        engine.ping()
    except DockerException as error:
        raise ToolMissing(
            f"Docker does not answer: {error}",
            hint="Start it (systemctl start docker, or dockerd &), or run ./bootstrap. "
            f"Without Docker: --engine podman ({podman.PACKAGES}).",
        ) from error
    return engine


def version() -> str | None:
    """The engine's version; None where it does not answer."""
    if name() == "podman":
        return version_of("podman", "--version")
    return version_of("docker", "version", "--format", "{{.Server.Version}}")


def builder() -> str | None:
    """The version of what builds images: buildx, or Podman itself, which has Buildah in it."""
    return version() if name() == "podman" else version_of("docker", "buildx", "version")


def build_command() -> list[str]:
    """The beginning of the command that builds an image and leaves it in the engine.

    Docker: the engine's own BuildKit, since other builders do not see the images that are only
    there. Podman: Docker's image format, since OCI's knows no health check.
    """
    if name() == "podman":
        return ["podman", "build", "--format=docker"]
    return [
        "docker", "buildx", "build", "--builder=default", "--load", "--provenance=false",
        "--progress=plain",
    ]  # fmt: skip


def architecture() -> str:
    """The engine's own, by Debian's name: amd64, arm64."""
    return str(client().version()["Arch"])


def import_image(tar: Path, ref: str, changes: Sequence[str], foreign: str = "") -> None:
    """Make the image `ref` of a tree; `changes` are lines of a Dockerfile.

    `foreign` is its architecture where that is not the engine's own.
    """
    if foreign:  # which the SDK has no word for
        options = {
            "docker": [f"--platform=linux/{foreign}"],
            "podman": ["--os=linux", f"--arch={foreign}"],
        }
        lines = [f"--change={line}" for line in changes]
        run([name(), "import", *options[name()], *lines, tar, ref], timeout=TIMEOUT_S)
        return
    # the tag with the name: Podman would overlook one beside it
    client().api.import_image_from_file(str(tar), repository=ref, changes=[*changes])


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
