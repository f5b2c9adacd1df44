"""Without Docker's daemon: images built and machines run by Podman, with the same results."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shipways import results
from shipways.machines import engine
from shipways.util.command import run
from shipways.util.measure import sha256

if TYPE_CHECKING:
    from tests.acceptance.conftest import Built

ENVIRONMENT = {engine.VARIABLE: "podman"}
BUILD_S, LIFE_S, GONE_WITHIN_S = 600, 900, 60
MACHINE = """
import time
from shipways.machines import engine, image_cache as images
from shipways.machines.machine import machine
with machine(images.ensure("debian:13+systemd"), systemd=True) as root:
    answers = [root.run(f"echo {number}", timeout=10).output for number in range(50)]
    assert answers == [f"{number}\\n" for number in range(50)], answers
    assert root.run("getent hosts deb.debian.org", timeout=30).ok
    assert not root.run("getent hosts deb.debian.org", timeout=30, check=False, network=False).ok
    print(engine.run_id(), flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def dist(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what Docker has built."""
    built.artifact("docker")
    built.artifact("deb-bundled")
    return Path(shutil.copytree(built.dist, tmp_path_factory.mktemp("podman") / "dist"))


def shipways(built: Built, dist: Path, *words: str, timeout: float) -> results.Results:
    places = [f"--project={built.project.root}", f"--dist={dist}", "--engine=podman"]
    run([sys.executable, "-m", "shipways", *words, *places], timeout=timeout)
    found = results.load(dist / results.FILE_NAME)
    assert found
    return found


def podman(*words: str) -> Any:
    """What podman knows, past the toolkit."""
    return json.loads(run(["podman", *words, "--format=json"], timeout=60).output)


def test_the_image_is_the_one_that_docker_builds(built: Built, dist: Path) -> None:
    archive = dist / built.artifact("docker").name
    archive.unlink()
    record = shipways(built, dist, "build", "docker", timeout=BUILD_S).formats["docker"]
    assert record.status == "ok", record.reason
    assert record.builder
    assert record.builder.tool == "podman build"
    assert sha256(archive) == sha256(built.artifact("docker"))
    name = f"docker.io/library/{built.project.name}:{built.project.version}"
    (image,) = podman("image", "inspect", name)
    assert image["Config"]["User"] == "10001:10001"


@pytest.mark.endurance
def test_a_life_on_a_machine_of_podman_s(built: Built, dist: Path) -> None:
    words = ("verify", "deb-bundled", "--target=debian:13")
    found = shipways(built, dist, *words, timeout=LIFE_S)
    target = found.formats["deb-bundled"].targets["debian:13"]
    assert target.status == "ok", target.reason
    assert target.offline
    assert target.transfer_bytes
    assert all(target.lifecycle.values())


def test_nothing_is_left_of_a_run_that_is_killed() -> None:
    environment = {**os.environ, **ENVIRONMENT}
    with subprocess.Popen(
        [sys.executable, "-c", MACHINE],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as toolkit:
        assert toolkit.stdout is not None
        identity = toolkit.stdout.readline().strip()
        assert identity, toolkit.communicate()[1]
        assert left(identity)
        toolkit.send_signal(signal.SIGKILL)
        toolkit.communicate(timeout=GONE_WITHIN_S)
    limit = time.monotonic() + GONE_WITHIN_S
    while left(identity) and time.monotonic() < limit:
        time.sleep(0.5)
    assert not left(identity)


def left(identity: str) -> list[str]:
    """Containers of a run, and its service."""
    found = podman("ps", "--all", f"--filter=label={engine.LABEL}={identity}")
    services = run(["pgrep", "--full", f"{engine.LABEL}-{identity}-p-"], timeout=10, check=False)
    return [str(container["Id"]) for container in found] + services.output.split()
