"""The container engine, and the one label that everything made here carries: the run id."""

from __future__ import annotations

import functools
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import docker
from docker.errors import APIError, DockerException, NotFound
from docker.models.containers import Container
from docker.types import Mount
from requests import RequestException

from shipways.errors import ToolMissing, UsageError
from shipways.machines import engine_refusal, podman
from shipways.util import runs
from shipways.util.command import find, run, version_of
from shipways.util.runs import run_id as run_id

VARIABLE = "SHIPWAYS_ENGINE"  # docker | podman | auto: which engine a run works with
ENGINES = ("docker", "podman")
LABEL = runs.MARK  # on containers, networks and volumes: the run id
KEPT_LABEL = "shipways.kept"  # on machines that somebody wants to keep
ROLE_LABEL = "shipways.role"  # on images; not LABEL, since containers inherit an image's labels
TIMEOUT_S = 120  # for one answer of the engine
VERSION_TIMEOUT_S = 30
REMOVING = ("already in progress", "being removed")
REMOVAL_S = 60  # of a container whose removal is under way already
WITHOUT = f"Without Docker: --engine podman ({podman.PACKAGES})."


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
        return podman.start(runs.folder_prefix("p"), TIMEOUT_S)
    try:
        engine = docker.from_env(timeout=TIMEOUT_S)
        engine.ping()
    except (DockerException, RequestException) as error:
        raise engine_refusal.explain(error, WITHOUT) from error
    return engine


def missing() -> ToolMissing:
    """Why the engine has no `version`: what keeps this user from it, and what helps."""
    try:
        client()
    except ToolMissing as error:
        return error
    if find(name()) is None:  # it answers, and yet
        return ToolMissing(f"The program {name()} is not installed.", hint=engine_refusal.INSTALL)
    said = run([name(), "version"], timeout=VERSION_TIMEOUT_S, check=False).output.strip()
    last = said.splitlines()[-1] if said else "it says nothing"
    return ToolMissing(f"{name()} version fails: {last}", hint=WITHOUT)


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


def remove(container: Container) -> None:
    """Remove a container with its volumes. One that is gone, or is just going, is no error.

    It is gone afterwards: a removal that somebody else has begun is waited for (409, or in Podman
    an error of its own), by this process's own clock.
    """
    limit = time.monotonic() + REMOVAL_S
    while True:
        try:
            container.remove(force=True, v=True)
            return
        except NotFound:
            return
        except APIError as error:
            if not any(words in str(error) for words in REMOVING) or time.monotonic() > limit:
                raise
        time.sleep(0.1)


def read_only(binds: Mapping[Path, str]) -> list[Mount]:
    """Bind mounts. (Given as `volumes`, they would become part of a committed image.)"""
    return [Mount(target, str(path), "bind", read_only=True) for path, target in binds.items()]


def labels() -> dict[str, str]:
    """What every container, network and volume is created with."""
    return {LABEL: run_id()}


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """A folder that is gone afterwards; its name carries the run id, so that a reaper finds it."""
    prefix = runs.folder_prefix(purpose)
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
        yield Path(name)
