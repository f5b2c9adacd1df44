"""Programs and services that several formats need on this machine."""

from __future__ import annotations

from functools import partial

from shipways.command import version_of
from shipways.formats.base import Tool


def _engine() -> str | None:
    return version_of("docker", "version", "--format", "{{.Server.Version}}")


def _installed(name: str, package: str = "", *arguments: str) -> Tool:
    version = partial(version_of, *name.split(), *(arguments or ("--version",)))
    return Tool(name, version, f"apt-get install {package or name}")


ENGINE = Tool("docker engine", _engine, "./bootstrap, or: apt-get install docker.io; dockerd &")
BUILDX = _installed("docker buildx", "docker-buildx", "version")
COMPOSE = _installed("docker compose", "docker-compose", "version")
MMDEBSTRAP = _installed("mmdebstrap")
GIT = _installed("git")
