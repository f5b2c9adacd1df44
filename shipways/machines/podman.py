"""Podman in Docker's place: an API service of our own, there as long as this process.

Podman has no daemon; `podman system service` answers Docker's API on a socket while it runs. What
its command line and this service make is the same, and stays when the service ends.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

import docker
from docker.errors import DockerException
from packaging.version import Version

from shipways.errors import ToolMissing
from shipways.util import cache, command

PACKAGES = "apt-get install podman netavark catatonit"
HINT = f"{PACKAGES}. Or use Docker: ./bootstrap installs and starts it."
OLDEST = "4.3"  # whose Buildah knows build contexts by name
START_S = 20
IDLE_S = 600  # a service whose maker was killed, and that nobody asks anything, ends by itself
SUN_PATH = 108  # bytes of a socket's path, with the zero at its end
CONFIG_VARIABLE = "CONTAINERS_CONF"
RAISE_LIMITS = 24  # CAP_SYS_RESOURCE, capabilities(7)
LIMITS = """[containers]
default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
"""


def start(prefix: str, timeout: float) -> docker.DockerClient:
    """A client of a service that was started for it; `prefix` names its folder.

    Raises `ToolMissing` where Podman is not there or its service does not answer.
    """
    command.require("podman", hint=HINT)
    _check(command.version_of("podman", "--version") or "0")
    _hold_to_limits()
    folder = _short(tempfile.mkdtemp(prefix=prefix), prefix)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    address = f"unix://{folder}/s"
    log = Path(folder, "log")
    end_with_parent = ["setpriv", "--pdeathsig=TERM"] if shutil.which("setpriv") else []
    command.serve(
        [*end_with_parent, "podman", "system", "service", f"--time={IDLE_S}", address], log
    )
    limit = time.monotonic() + START_S
    while time.monotonic() < limit:
        with contextlib.suppress(DockerException):
            return docker.DockerClient(address, version="auto", timeout=int(timeout))
        time.sleep(0.05)
    raise ToolMissing(f"Podman's service does not answer: {log.read_text()[-500:]}", hint=HINT)


def _short(folder: str, prefix: str) -> str:
    """A folder in which a socket can be: its path has to fit into sun_path (unix(7))."""
    if len(f"{folder}/s") < SUN_PATH:
        return folder
    Path(folder).rmdir()
    return tempfile.mkdtemp(prefix=prefix, dir="/tmp")


def _check(version: str) -> None:
    if Version(version) < Version(OLDEST):
        hint = f"{OLDEST} or newer is needed, as in Debian 12. Docker instead: ./bootstrap"
        raise ToolMissing(f"Podman {version} is too old.", hint=hint)


def _hold_to_limits() -> None:
    """Podman asks for higher limits than it has, which only CAP_SYS_RESOURCE grants.

    Without it no container starts, so its configuration names what there is (containers.conf(5)).
    Whoever has a configuration of their own keeps it.
    """
    if CONFIG_VARIABLE in os.environ or os.geteuid() != 0 or _may_raise_limits():
        return
    processes = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    most = int(Path("/proc/sys/kernel/pid_max").read_text())  # what podman lowers itself to
    text = LIMITS.format(
        files=resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        processes=min(processes, most) if processes > 0 else most,
    )
    path = cache.folder() / "containers.conf"
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)
    os.environ[CONFIG_VARIABLE] = str(path)  # for every podman that this process calls


def _may_raise_limits() -> bool:
    lines = Path("/proc/self/status").read_text().splitlines()
    held = next(line.split()[1] for line in lines if line.startswith("CapEff:"))
    return bool(int(held, 16) >> RAISE_LIMITS & 1)
