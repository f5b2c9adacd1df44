"""How soon an image answers: from `docker run` to the first response, on an empty volume."""

from __future__ import annotations

import time
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from docker.models.containers import Container

from shipways.errors import BuildError
from shipways.machines import engine
from shipways.project.model import Project

ANSWER_TIMEOUT_S = 120
POLL_INTERVAL_S = 0.02
TAIL = 20  # lines of the container's log that an error message repeats


@dataclass(frozen=True)
class Answer:
    """Wall-clock seconds, and the processor time that the container used."""

    seconds: float
    cpu_s: float


def first_answer(image: str, project: Project) -> Answer:
    """Start `image` as the start step does and wait for its health page.

    The container is gone afterwards. Raises `BuildError` with its log when it does not answer.
    """
    port = f"{project.tool.port}/tcp"
    container = engine.client().containers.create(
        image,
        labels=engine.labels(),
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        ports={port: ("127.0.0.1", 0)},
        healthcheck={"test": ["NONE"]},  # it would use the processor as well
    )
    try:
        began = time.monotonic()
        container.start()
        container.reload()
        published: Any = container.ports
        _wait(container, f"{published[port][0]['HostPort']}{project.tool.health}", began)
        seconds = time.monotonic() - began
        stats: Any = container.stats(stream=False, one_shot=True)
        return Answer(seconds, stats["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9)
    finally:
        engine.remove(container)


def _wait(container: Container, address: str, began: float) -> None:
    while time.monotonic() - began < ANSWER_TIMEOUT_S:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{address}", timeout=5):
                return
        except (OSError, HTTPException):
            time.sleep(POLL_INTERVAL_S)
        container.reload()
        if container.status == "exited":
            break
    log = container.logs(tail=TAIL).decode("utf-8", "replace")
    raise BuildError(f"The image does not answer:\n{log}")
