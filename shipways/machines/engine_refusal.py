"""Why an engine does not answer, and what helps: each cause has a message and a next step."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docker.context import ContextAPI
from docker.errors import DockerException

from shipways.errors import ToolMissing
from shipways.util.command import find

SOCKET = "/var/run/docker.sock"
INSTALL = "./bootstrap, or: apt-get install docker.io"
START = "systemctl start docker, or: dockerd &"
LET_IN = "sudo usermod -aG docker $USER, then log in again. That makes this user as mighty as root."


@dataclass(frozen=True)
class Failure:
    """What the engine's client said, and where it was sent."""

    error: BaseException
    host: str  # DOCKER_HOST; "" where it is not set
    context: str  # of Docker's command line; "default" for the local engine
    own: str  # the socket of this user's rootless Docker; "" where there is none

    def is_a(self, *kinds: type[BaseException]) -> bool:
        return any(isinstance(each, kinds) for each in _causes(self.error))


@dataclass(frozen=True)
class Cause:
    fits: Callable[[Failure], bool]
    message: str
    hint: str


CAUSES = (  # the first that fits
    Cause(
        lambda it: bool(it.host),
        "DOCKER_HOST is {host}, and no Docker answers there: {error}",
        "Correct it, or for the engine of this machine: unset DOCKER_HOST",
    ),
    Cause(
        lambda it: it.context != "default",
        "Docker's context is {context}, and no Docker answers there: {error}",
        "docker context ls shows all; for the engine of this machine: docker context use default",
    ),
    Cause(
        lambda it: it.is_a(PermissionError) and bool(it.own),
        f"This user may not use {SOCKET}, but has a Docker without root.",
        "export DOCKER_HOST=unix://{own}",
    ),
    Cause(
        lambda it: it.is_a(PermissionError),
        f"Docker runs, but this user may not use {SOCKET}.",
        f"{LET_IN} Or Docker without root: https://docs.docker.com/engine/security/rootless/",
    ),
    Cause(
        lambda it: it.is_a(FileNotFoundError, ConnectionRefusedError) and bool(it.own),
        "Docker does not run as root, but this user has one without.",
        "export DOCKER_HOST=unix://{own}",
    ),
    Cause(
        lambda it: it.is_a(FileNotFoundError) and not find("dockerd"),
        "Docker is not installed.",
        INSTALL,
    ),
    Cause(
        lambda it: it.is_a(FileNotFoundError, ConnectionRefusedError),
        "Docker is installed, but does not run.",
        START,
    ),
    Cause(bool, "Docker does not answer: {error}", f"{START}. {INSTALL}"),
)


def explain(error: BaseException, otherwise: str) -> ToolMissing:
    """The error to raise for what Docker's client raised; `otherwise` is the way without Docker."""
    failure = Failure(error, os.environ.get("DOCKER_HOST", ""), _context(), _rootless())
    cause = next(cause for cause in CAUSES if cause.fits(failure))
    known = {"host": failure.host, "context": failure.context, "own": failure.own, "error": error}
    message, hint = cause.message.format(**known), cause.hint.format(**known)
    return ToolMissing(message, hint=f"{hint}\n{otherwise}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and whatever lies below it; requests and urllib3 hand some on as arguments."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop()
        if isinstance(each, BaseException) and each not in seen:
            seen.append(each)
            waiting += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
    return iter(seen)


def _context() -> str:
    """The one that Docker's command line uses, as it finds it."""
    named = os.environ.get("DOCKER_CONTEXT")
    try:
        return named or str(ContextAPI.get_current_context().Name)
    except (DockerException, AttributeError, OSError, json.JSONDecodeError):
        return "default"


def _rootless() -> str:
    socket = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent"), "docker.sock")
    try:
        return str(socket) if socket.exists() else ""
    except OSError:
        return ""
