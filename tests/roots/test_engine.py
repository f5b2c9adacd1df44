"""Which engine is chosen, and what is different with Podman in Docker's place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docker
import platformdirs
import pytest
from docker.errors import DockerException

from shipways import command
from shipways.errors import ToolMissing, UsageError
from shipways.formats import tools
from shipways.roots import boot, engine, execution, podman


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
    assert "bootstrap" in tools.ENGINE.hint
    assert "apt-get install podman" in tools.ENGINE.hint


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
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: tmp_path)
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
    assert ("devices" in boot.options("docker")) == (name == "podman")
    assert "devices" not in boot.options("systemd")
