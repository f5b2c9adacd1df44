"""The toolkit on hosts as they are installed: by Debian 12's and by Debian 13's own Python.

Both build one commit, and so does this host. They differ in all that must not matter: the system
and its tools, path, umask, user, language, time zone, clock and caches.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from docker.models.containers import Container
from docker.types import Mount

from shipways import results
from shipways.machines import engine, execution, host_network, image_cache, reaper, systemd_boot
from shipways.results import FormatRecord
from shipways.util.command import Completed, find, run
from tests.acceptance import differences

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 600
FORMATS = ("wheel", "deb", "deb-bundled", "rpm", "tarball", "docker")
PACKAGES = (  # what bootstrap installs, as far as building and the fast tests need it; and a clock
    "ca-certificates", "dpkg-dev", "faketime", "gettext", "git", "locales", "mmdebstrap",
    "python3-venv", "rpm", "systemd", "xz-utils", "zstd",
)  # fmt: skip
SOCKET = "/var/run/docker.sock"
PLUGINS = "/usr/libexec/docker/cli-plugins"
HANDED_ON = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL")
PREPARE = """set -e
useradd --create-home {user} || true
getent group {group} || groupadd --gid {group} engine
usermod --append --groups "$(getent group {group} | cut -d: -f1)" {user}
localedef -i tr_TR -f UTF-8 tr_TR.UTF-8
python3 -m venv /opt/env
python -m pip install -q --disable-pip-version-check --no-cache-dir uv
uv pip install -q --python /opt/env/bin/python --editable './checkout[lint]' \\
    --group ./checkout/pyproject.toml:test
chown -R {user} . {caches}
"""
UNITS = "cd checkout && python -m pytest -q -n 2 -p no:cacheprovider --basetemp=/tmp/units -m '{}'"


class Built(Protocol):
    """The session's builds, by the fixture of conftest.py."""

    dist: Path

    def record(self, name: str) -> FormatRecord: ...


@dataclass(frozen=True)
class Ways:
    """What must not matter."""

    role: str
    folder: str
    user: str
    prefix: str  # of the command that builds
    env: Mapping[str, str]


WAYS = (
    Ways("debian:12", "plain", "root", "umask 022 &&", {"LC_ALL": "C", "TZ": "UTC"}),
    Ways(
        role="debian:13",
        folder="büro & co [2] {a,b} 50% 'x'",
        user="ada",
        prefix="umask 077 && exec faketime -f +3d",
        env={"LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr", "TZ": "<+14>-14"},
    ),
)


@dataclass(frozen=True)
class Host:
    """A machine with the toolkit on it; `folder` is the same folder there and here."""

    ways: Ways
    container: Container
    folder: Path
    caches: Path

    @property
    def dist(self) -> Path:
        return self.folder / "dist"

    def run(self, command: str, user: str = "root", **more: str) -> Completed:
        """A command in `folder`, with no more of this machine than how it reaches others."""
        reach = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
        reach |= dict.fromkeys(host_network.environment(), "") | host_network.environment()
        if host_network.certificates():
            bundle = str(self.folder / "certificates.pem")
            reach |= dict.fromkeys(host_network.BUNDLE_VARIABLES, bundle)
        env = {
            **reach,
            "HOME": "/root" if user == "root" else f"/home/{user}",
            "PATH": "/opt/env/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            "UV_CACHE_DIR": str(self.caches / "uv"),
            "XDG_CACHE_HOME": str(self.caches / "shipways"),
            host_network.MIRROR_VARIABLE: host_network.debian_mirror(),
            **more,
        }
        request = execution.Request(command, TIMEOUT_S, user, str(self.folder), env)
        return execution.execute(self.container, request)

    def build(self) -> None:
        """Every format; what fails is in the results."""
        words = ["shipways", "build", *FORMATS, "--project", "checkout/demoapp", "--dist", "dist"]
        self.run(f"{self.ways.prefix} {shlex.join(words)}", self.ways.user, **self.ways.env)
        self.run("chmod -R a+rX .")


@pytest.fixture(scope="module")
def hosts(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Host]]:
    """Both, and all is built. The second finds the caches full that were empty for the first."""
    for name in FORMATS:
        built.record(name)
    caches = tmp_path_factory.mktemp("caches")
    with contextlib.ExitStack() as stack:
        made = []
        for ways in WAYS:
            folder = tmp_path_factory.mktemp("host") / ways.folder
            lay_out(folder, built)
            found = stack.enter_context(started(ways, folder, caches))
            found.build()
            made.append(found)
        yield made


def lay_out(folder: Path, built: Built) -> None:
    """The commit, with changes that are not in it yet; and this host's figures, so that each format
    is built once and not, as when there is none of it, twice."""
    checkout = folder / "checkout"
    (folder / "dist").mkdir(parents=True)
    shutil.copy(built.dist / results.FILE_NAME, folder / "dist")
    run(["git", "clone", "-q", "--no-hardlinks", ROOT, checkout], timeout=TIMEOUT_S)
    changes = folder / "changes"
    run(
        ["git", "-C", ROOT, "diff", "--binary", f"--output={changes}", "HEAD"],
        timeout=TIMEOUT_S,
    )
    if changes.stat().st_size:
        run(["git", "-C", checkout, "apply", "--index", changes], timeout=TIMEOUT_S)
    certificates = host_network.certificates()
    if certificates:
        shutil.copy(certificates, folder / "certificates.pem")


@contextlib.contextmanager
def started(ways: Ways, folder: Path, caches: Path) -> Iterator[Host]:
    """A container of the system, with this machine's engine and the program that asks it."""
    reaper.guard()
    asked = ["docker", "info", "--format={{json .ClientInfo.Plugins}}"]
    plugins = json.loads(run(asked, timeout=TIMEOUT_S).output)
    programs = {f"{PLUGINS}/docker-{one['Name']}": one["Path"] for one in plugins}
    programs["/usr/local/bin/docker"] = find("docker") or ""
    mounts = [Mount(str(path), str(path), "bind") for path in (folder, caches)]
    mounts += [Mount(SOCKET, SOCKET, "bind")]
    mounts += engine.read_only({Path(path).resolve(): at for at, path in programs.items()})
    container = engine.client().containers.create(
        image_cache.ensure(ways.role, packages=PACKAGES).ref,
        systemd_boot.IDLE,
        init=True,
        labels=engine.labels(),
        mounts=mounts,
    )
    found = Host(ways, container, folder, caches)
    try:
        container.start()
        group = Path(SOCKET).stat().st_gid
        script = PREPARE.format(user=ways.user, group=group, caches=shlex.quote(str(caches)))
        done = found.run(script)
        assert done.ok, done.output
        yield found
    finally:
        found.run(f"chown -R {os.getuid()}:{os.getgid()} . {shlex.quote(str(caches))}")
        container.remove(force=True, v=True)


def artifacts(dist: Path, name: str) -> dict[str, Path]:
    """The files of a format, its bill among them."""
    found = results.load(dist / results.FILE_NAME)
    assert found is not None
    record = found.formats[name]
    assert record.status == "ok", record.reason
    files = [*record.artifacts, *([record.sbom] if record.sbom else [])]
    return {file.path: dist / file.path for file in files}


@pytest.mark.parametrize("name", FORMATS)
def test_every_host_gives_the_same_bytes(
    name: str, hosts: list[Host], built: Built, tmp_path: Path
) -> None:
    wanted = artifacts(built.dist, name)
    for other in hosts:
        found = artifacts(other.dist, name)
        assert found.keys() == wanted.keys()
        for file, path in found.items():
            assert not differences.first(wanted[file], path, tmp_path), other.ways.role


@pytest.mark.parametrize("number", range(len(WAYS)), ids=[ways.role for ways in WAYS])
def test_units_pass_on_the_distribution_s_python(number: int, hosts: list[Host]) -> None:
    machine = hosts[number]
    done = machine.run(UNITS.format("not acceptance and not browser"), machine.ways.user)
    assert done.ok, done.output[-8000:]
