"""The stack: how soon it answers after a cold start, and what four replicas serve."""

from __future__ import annotations

import http.client
import os
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from bench.figure import Figure
from shipways.formats import Job
from shipways.formats.compose import format as compose
from shipways.formats.docker import format as docker
from shipways.inputs.stages import Inputs
from shipways.machines.image_names import untag
from shipways.project import model, source_tree
from shipways.project.model import Project
from shipways.util.command import run
from shipways.util.extraction import extract
from shipways.util.measure import median
from shipways.verify.try_out import free_port

RUNS = 3
REPLICAS = 4
VISITORS = 16
LOAD_S = 10
ANSWER_S = 120
COMMAND_S = 300
VERSION = "0.0.1"  # no other image has this name


@dataclass(frozen=True)
class Stack:
    """The folder of the stack, and where it answers."""

    folder: Path
    port: int

    def compose(self, *words: str) -> None:
        run(["docker", "compose", *words], timeout=COMMAND_S, cwd=self.folder)

    def answers(self, path: str) -> None:
        limit = time.monotonic() + ANSWER_S
        while time.monotonic() < limit:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5):
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)
        raise TimeoutError(f"The stack does not answer within {ANSWER_S} s.")


def figures(sample: Path, work: Path) -> Iterator[Figure]:
    """Build the stack, start it several times on empty volumes, then put load on it."""
    shipped = versioned(sample, work)
    stack = unpacked(shipped, work)
    try:
        seconds = [cold_start(stack, shipped) for _ in range(RUNS)]
        how = (
            f"`docker compose up -d` on empty volumes to the first response, median of {RUNS}, "
            f"the best {min(seconds):.1f} s"
        )
        yield Figure("stack, cold start", median(seconds), 15, "s", how)
        yield replicas(stack)
    finally:
        stack.compose("down", "--volumes", "--timeout", "5")
        untag(docker.image_name(shipped))


def versioned(sample: Path, work: Path) -> Project:
    """A copy of the sample under a version of its own."""
    root = work / "sample"
    source_tree.snapshot(sample, root)
    path, version = root / model.FILE_NAME, model.load(sample).version
    text = path.read_text("utf-8").replace(f'version = "{version}"', f'version = "{VERSION}"')
    path.write_text(text, "utf-8")
    return model.load(root)


def unpacked(shipped: Project, work: Path) -> Stack:
    """Build the archive and unpack it; the build has loaded its images."""
    (work / "inputs").mkdir()
    logs = work / "dist" / "logs" / "compose"
    cache = Path(os.environ.get("SHIPWAYS_CACHE") or user_cache_path("shipways"))
    inputs = Inputs(shipped, source_tree.epoch(shipped.root), cache, work / "inputs", logs)
    product = compose.build(Job(shipped, inputs, work, logs))
    extract(product.paths[0], work / "server")
    stack = Stack(work / "server" / compose.folder_name(shipped), free_port(18000))
    (stack.folder / ".env").write_text(
        f"COMPOSE_PROJECT_NAME=shipways-bench-{os.getpid()}\n"
        f"PUBLISH=127.0.0.1:{stack.port}\nWEB_CPUS=1\n"
    )
    run(["sh", "make-secrets.sh"], timeout=COMMAND_S, cwd=stack.folder)
    return stack


def cold_start(stack: Stack, shipped: Project) -> float:
    """Seconds from `up` with nothing there but the images."""
    stack.compose("down", "--volumes", "--timeout", "5")
    began = time.monotonic()
    stack.compose("up", "-d")
    stack.answers(shipped.tool.health)
    return time.monotonic() - began


def replicas(stack: Stack) -> Figure:
    """What four serve against one, each held to one processor; they need processors to do it."""
    one = throughput(stack)
    stack.compose("up", "-d", "--wait", "--no-recreate", "--scale", f"web={REPLICAS}")
    four = throughput(stack)
    how = f"{four:.0f} answers/s against {one:.0f}/s, {VISITORS} visitors for {LOAD_S} s"
    cores, wanted = len(os.sched_getaffinity(0)), REPLICAS + 2
    if cores < wanted:
        how += (
            f"; this machine has {cores} processors for {REPLICAS} replicas, database, proxy and "
            f"visitors, {wanted} are needed"
        )
    return Figure(f"{REPLICAS} replicas", four / one, 3, "× one", how, at_least=True)


def throughput(stack: Stack) -> float:
    """Answers a second to visitors who ask without a pause; the better of two rounds."""
    return max(_round(stack) for _ in range(2))


def _round(stack: Stack) -> float:
    counts = [0] * VISITORS
    limit = time.monotonic() + LOAD_S

    def visit(place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=60)
        while time.monotonic() < limit:
            connection.request("GET", "/")
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            counts[place] += 1

    visitors = [threading.Thread(target=visit, args=(place,)) for place in range(VISITORS)]
    for each in visitors:
        each.start()
    for each in visitors:
        each.join()
    return sum(counts) / LOAD_S
