"""Programs and services that several formats need on this machine."""

from __future__ import annotations

from functools import partial

from shipways.formats.base import Tool
from shipways.machines import engine, podman
from shipways.util.command import version_of


def _installed(name: str, package: str = "", *arguments: str) -> Tool:
    version = partial(version_of, *name.split(), *(arguments or ("--version",)))
    return Tool(name, version, f"apt-get install {package or name}")


ENGINE = Tool(
    "container engine",
    engine.version,
    f"Docker: ./bootstrap, or: apt-get install docker.io; dockerd &. "
    f"Podman: {podman.PACKAGES}; then --engine podman",
    engine.missing,
)
BUILDER = Tool("docker buildx", engine.builder, "apt-get install docker-buildx")
COMPOSE = _installed("docker compose", "docker-compose", "version")
MMDEBSTRAP = _installed("mmdebstrap")
GIT = _installed("git")
