"""Which engine is chosen, and what is different with Podman in Docker's place."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docker
import pytest
from docker.errors import APIError, DockerException, NotFound
from requests.exceptions import ConnectionError as RequestsConnectionError
from urllib3.exceptions import ProtocolError

from shipways.errors import ToolMissing, UsageError
from shipways.formats import host_tools
from shipways.machines import engine, engine_refusal, execution, podman, systemd_boot
from shipways.util import cache, command


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The programs that are there; nothing else says which engine to use."""
    there: set[str] = set()
    monkeypatch.delenv(engine.VARIABLE, raising=False)
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr(engine, "find", lambda name: name if name in there else None)
    monkeypatch.setattr(command, "find", lambda name: name if name in there else None)
    engine.client.cache_clear()
    yield there
    engine.client.cache_clear()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engine.VARIABLE, "podman")


@pytest.mark.parametrize(
    ("there", "chosen"),
    [("docker podman", "docker"), ("docker", "docker"), ("podman", "podman"), ("", "docker")],
)
def test_the_engine_that_is_there(programs: set[str], there: str, chosen: str) -> None:
    programs.update(there.split())
    assert engine.name() == chosen


def test_docker_elsewhere_needs_no_program_here(
    programs: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.add("podman")
    monkeypatch.setenv("DOCKER_HOST", "tcp://server:2376")
    assert engine.name() == "docker"


def test_the_engine_that_is_asked_for(programs: set[str], asked: None) -> None:
    programs.add("docker")
    assert engine.name() == "podman"


def test_an_unknown_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engine.VARIABLE, "lxc")
    with pytest.raises(UsageError, match=r"no engine 'lxc'.*\n.*docker, podman"):
        engine.name()


def test_neither_engine_names_both(programs: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def from_env(**_: object) -> None:
        raise DockerException("Connection refused")

    monkeypatch.setattr(docker, "from_env", from_env)
    with pytest.raises(ToolMissing) as error:
        engine.client()
    assert "./bootstrap" in error.value.hint
    assert "--engine podman (apt-get install podman" in error.value.hint
    assert "bootstrap" in host_tools.ENGINE.hint
    assert "apt-get install podman" in host_tools.ENGINE.hint


def wrapped(error: OSError) -> DockerException:
    """As the client raises it: requests and urllib3 hand the cause on as an argument."""
    outer = DockerException(f"Error while fetching server API version: {error}")
    outer.__cause__ = RequestsConnectionError(ProtocolError("Connection aborted.", error))
    return outer


@pytest.mark.parametrize(
    ("error", "environment", "programs_there", "message", "hint"),
    [
        (PermissionError(13, "x"), {}, "", "this user may not use /var/run", "usermod -aG docker"),
        (PermissionError(13, "x"), {"own": "1"}, "", "has a Docker without root", "DOCKER_HOST="),
        (FileNotFoundError(2, "x"), {}, "", "not installed", "apt-get install docker.io"),
        (FileNotFoundError(2, "x"), {}, "dockerd", "does not run", "systemctl start docker"),
        (ConnectionRefusedError(111, "x"), {}, "", "does not run", "systemctl start docker"),
        (FileNotFoundError(2, "x"), {"own": "1"}, "", "has one without", "DOCKER_HOST=unix:///"),
        (PermissionError(13, "x"), {"DOCKER_HOST": "unix:///x"}, "", "is unix:///x", "unset DOC"),
        (OSError(113, "No route"), {"DOCKER_HOST": "tcp://h:1"}, "", "No route", "unset DOCKER"),
        (FileNotFoundError(2, "x"), {"DOCKER_CONTEXT": "far"}, "", "is far", "context use default"),
        (TimeoutError("x"), {}, "dockerd", "does not answer: ", "./bootstrap"),
    ],
)
def test_each_failure_says_what_helps(
    programs: set[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    error: OSError,
    environment: dict[str, str],
    programs_there: str,
    message: str,
    hint: str,
) -> None:
    def from_env(**_: object) -> None:
        raise wrapped(error)

    (tmp_path / "docker.sock").write_text("")
    for name in ("XDG_RUNTIME_DIR", "DOCKER_CONTEXT", "DOCKER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    for name, value in environment.items():
        own = name == "own"
        monkeypatch.setenv("XDG_RUNTIME_DIR" if own else name, str(tmp_path) if own else value)
    programs.update({"docker", *programs_there.split()})
    monkeypatch.setattr(engine_refusal, "find", lambda name: name if name in programs else None)
    monkeypatch.setattr(docker, "from_env", from_env)
    found = host_tools.ENGINE.missing()
    assert message in found.message
    assert hint in found.hint
    assert "--engine podman" in found.hint
    if isinstance(error, PermissionError):
        assert "apt-get install docker" not in found.reason


@pytest.mark.process
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("unix:///nonexistent/docker.sock", "no Docker answers there"),
        ("tcp://127.0.0.1:9", "refused"),
        ("nonsense://x", "nonsense"),
        ("tcp://no-such-host.invalid:2375", "no Docker answers there"),
    ],
)
def test_a_wrong_docker_host_is_named(
    monkeypatch: pytest.MonkeyPatch, programs: set[str], host: str, message: str
) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(ToolMissing, match=f"DOCKER_HOST is {re.escape(host)}") as caught:
        engine.client()
    assert message in caught.value.message
    assert "unset DOCKER_HOST" in caught.value.hint
    gc.collect()  # Docker's client leaves sockets open that did not connect


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_client_goes_where_docker_s_context_leads(
    monkeypatch: pytest.MonkeyPatch, programs: set[str], tmp_path: Path
) -> None:
    """As its command line does: both have to work with one engine."""
    meta = tmp_path / "contexts" / "meta" / hashlib.sha256(b"far").hexdigest() / "meta.json"
    meta.parent.mkdir(parents=True)
    endpoint = {"Host": f"unix://{tmp_path}/far.sock", "SkipTLSVerify": False}
    meta.write_text(json.dumps({"Name": "far", "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    (tmp_path / "config.json").write_text('{"currentContext": "far"}')
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(ToolMissing, match="context is far, and no Docker answers there"):
        engine.client()
    gc.collect()


class Going:
    """A container whose removal answers with errors, the last of which stays."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers, self.asked = list(answers), 0

    def remove(self, **options: object) -> None:
        assert options == {"force": True, "v": True}
        self.asked += 1
        if answer := self.answers[min(self.asked, len(self.answers)) - 1]:
            raise answer


UNDER_WAY = APIError("409 Client Error: removal of container x is already in progress")
PODMANS = APIError("500 Server Error: container x is being removed")


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ((None,), 1),
        ((NotFound("gone"),), 1),
        ((UNDER_WAY, UNDER_WAY, NotFound("gone")), 3),
        ((PODMANS, None), 2),
    ],
)
def test_a_removal_that_is_under_way_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[Exception | None, ...], asked: int
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    container: Any = Going(*answers)
    engine.remove(container)
    assert container.asked == asked


def test_a_removal_that_does_not_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10_000, 10))
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    container: Any = Going(UNDER_WAY)
    with pytest.raises(APIError, match="already in progress"):
        engine.remove(container)
    with pytest.raises(APIError, match="something else"):
        engine.remove(Going(APIError("something else")))  # type: ignore[arg-type]


def test_podman_that_is_not_there_says_how_to_get_either(programs: set[str], asked: None) -> None:
    with pytest.raises(ToolMissing, match="podman is not installed") as error:
        engine.client()
    assert "apt-get install podman" in error.value.hint
    assert "bootstrap" in error.value.hint


@pytest.mark.parametrize(
    ("version", "old"), [("3.4.4", True), ("4.3.1+ds1", False), ("5.4", False)]
)
def test_a_podman_that_is_too_old(version: str, old: bool) -> None:
    if old:
        with pytest.raises(ToolMissing, match="is too old"):
            podman._check(version)
    else:
        podman._check(version)


def test_images_are_built_by_the_engine_s_own_builder(
    programs: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.update({"docker", "podman"})
    assert engine.build_command()[:3] == ["docker", "buildx", "build"]
    monkeypatch.setenv(engine.VARIABLE, "podman")
    assert engine.build_command() == ["podman", "build", "--format=docker"]


@pytest.mark.parametrize(
    ("root", "capable", "own", "held"),
    [
        (True, False, "", True),
        (True, True, "", False),
        (False, False, "", False),
        (True, False, "/etc/mine.conf", False),
    ],
)
def test_limits_are_named_where_they_cannot_be_raised(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root: bool, capable: bool, own: str, held: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(podman, "_may_raise_limits", lambda: capable)
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    monkeypatch.delenv(podman.CONFIG_VARIABLE, raising=False)
    if own:
        monkeypatch.setenv(podman.CONFIG_VARIABLE, own)
    podman._hold_to_limits()
    path = tmp_path / "containers.conf"
    assert path.is_file() == held
    assert os.environ.get(podman.CONFIG_VARIABLE, "") == (str(path) if held else own)
    if held:
        assert 'default_ulimits = ["nofile=' in path.read_text()


class Exec:
    """Commands in a container; remembers how they were made."""

    def __init__(self) -> None:
        self.api, self.made, self.sent = self, {}, b""  # type: ignore[var-annotated]

    def exec_create(self, _: str, argv: list[str], **options: Any) -> dict[str, str]:
        self.made = {"argv": argv, **options}
        return {"Id": "1"}


@pytest.mark.parametrize("name", engine.ENGINES)
def test_podman_s_commands_wait_until_they_are_heard(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    fake, container = Exec(), SimpleNamespace(id="c")
    monkeypatch.setenv(engine.VARIABLE, name)
    monkeypatch.setattr(engine, "client", lambda: fake)
    execution._create(container, ["cat", "/x"], {"A": "b"}, user="ada")  # type: ignore[arg-type]
    waiting = [*execution.LISTENED] if name == "podman" else []
    assert fake.made["argv"] == [*waiting, "cat", "/x"]
    assert fake.made["stdin"] == (name == "podman")
    assert (fake.made["user"], fake.made["environment"]) == ("ada", {"A": "b"})


@pytest.mark.parametrize("name", engine.ENGINES)
def test_a_docker_host_in_podman_may_have_a_console(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(engine.VARIABLE, name)
    monkeypatch.setattr(engine, "cgroup_version", lambda: 1)
    assert ("devices" in systemd_boot.options("docker")) == (name == "podman")
    assert "devices" not in systemd_boot.options("systemd")
