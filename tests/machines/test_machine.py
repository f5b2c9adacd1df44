"""Machines on an engine in memory: what they ask of it, and that they always go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shipways.errors import VerifyError
from shipways.machines import engine, machine
from shipways.machines.image_cache import Image

if TYPE_CHECKING:
    from tests.machines.conftest import Commands, FakeEngine

BARE = Image("base", "debian:13", "archive", "Debian 13 (trixie)")
BOOTED = Image("base", "debian:13+systemd", "archive", "Debian 13 (trixie)")
HOST = Image("base", "debian:13+docker", "archive", "Debian 13 (trixie)")


def test_a_machine_carries_the_run_s_label_and_goes(docker: FakeEngine, commands: Commands) -> None:
    with machine.machine(BARE) as root:
        (container,) = docker.containers.things.values()
        assert container.labels == {engine.LABEL: engine.run_id()}
        assert root.id == root.name == container.name
        assert not commands.run
    assert not docker.containers.things


def test_it_goes_when_entry_fails(
    docker: FakeEngine, monkeypatch: pytest.MonkeyPatch, commands: Commands
) -> None:
    commands.answer("is-system-running", 1, "starting")
    monkeypatch.setattr(machine, "BOOT_TIMEOUT_S", 0)
    with (
        pytest.raises(VerifyError, match="did not boot with systemd:\nits last words"),
        machine.machine(BOOTED, systemd=True),
    ):
        pytest.fail("it has not booted")
    assert not docker.containers.things


def test_it_stays_when_somebody_wants_to_keep_it(docker: FakeEngine) -> None:
    with machine.machine(BARE, keep=True, ports={18000: 8001}):
        pass
    (container,) = docker.containers.things.values()
    assert container.labels == {engine.KEPT_LABEL: engine.run_id()}
    assert container.options["ports"] == {"18000/tcp": ("127.0.0.1", 8001)}


def test_systemd_gets_its_control_groups(docker: FakeEngine, commands: Commands) -> None:
    commands.answer("is-system-running", 1, "degraded")
    with machine.machine(BOOTED, systemd=True, tmpfs={"/x": "size=1m"}):
        (container,) = docker.containers.things.values()
        assert container.options["cap_add"] == ["SYS_ADMIN", "SYS_PTRACE"]
        assert "unshare --cgroup" in container.options["command"][2]
        assert container.options["tmpfs"]["/x"] == "size=1m"
        assert "cgroupns" not in container.options


def test_on_cgroup_v2_it_has_a_namespace_of_its_own(
    docker: FakeEngine, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "cgroup_version", lambda: 2)
    commands.answer("is-system-running", 0, "running")
    with machine.machine(BOOTED, systemd=True):
        (container,) = docker.containers.things.values()
        assert container.options["cgroupns"] == "private"
        assert "unshare" not in container.options["command"][2]


def test_a_docker_host_has_a_volume_with_the_label(docker: FakeEngine, commands: Commands) -> None:
    commands.answer("is-system-running", 0, "running")
    with machine.machine(HOST, systemd=True):
        (container,) = docker.containers.things.values()
        volume = container.options["mounts"][0]
        assert volume["Target"] == "/var/lib/docker"
        assert volume["VolumeOptions"]["Labels"] == engine.labels()


def test_beside_another_it_shares_the_network(docker: FakeEngine) -> None:
    with machine.machine(BARE) as root, machine.machine(BARE, beside=root):
        container = list(docker.containers.things.values())[1]
        assert container.options["network_mode"] == f"container:{root.id}"


def test_a_command_that_fails_is_an_error(docker: FakeEngine, commands: Commands) -> None:
    commands.answer("false", 1, "no\n")
    assert docker
    with machine.machine(BARE) as root:
        with pytest.raises(VerifyError, match=r"no\nThe command was: .*\nIt ended with status 1"):
            root.run("false", timeout=1)
        assert not root.run("false", timeout=1, check=False).ok


def test_commands_run_as_a_person_would_type_them(docker: FakeEngine, commands: Commands) -> None:
    assert docker
    with machine.machine(BARE) as root:
        root.run("true", timeout=1)
        root.run("true", timeout=1, user=machine.UNPRIVILEGED_USER, env={"X": "1"})
    first, second = commands.requests
    assert (first.user, first.workdir) == ("root", "/root")
    assert (second.user, second.workdir) == ("ada", "/home/ada")
    assert second.env["X"] == "1"
    assert second.env["HOME"] == "/home/ada"


def test_the_wire_is_cut_for_one_command(docker: FakeEngine, commands: Commands) -> None:
    commands.answer("/proc/net/dev", 0, "a|b\n lo: 9 0\n eth0: 100 0\n")
    bridge = docker.networks.get("bridge")
    with machine.machine(BARE) as root:
        root.run("true", timeout=1, network=False)
        assert bridge.calls == ["disconnect", "connect"]
        assert root.bytes_received() == 200  # before the cut, and over the new interface


def test_without_a_network_it_never_had_one(docker: FakeEngine, commands: Commands) -> None:
    assert docker
    assert not commands.run
    with machine.machine(BARE, network=False) as root:
        root.run("true", timeout=1, network=False)
        assert root.bytes_received() == 0


def test_restart_and_power_cut(docker: FakeEngine, commands: Commands) -> None:
    assert commands is not None
    with machine.machine(BARE) as root:
        (container,) = docker.containers.things.values()
        root.restart()
        root.power_cut()
        root.start()
        assert container.calls == ["start", "stop", "start", "kill", "wait", "start"]


def test_memory_is_read_on_the_machine(docker: FakeEngine, commands: Commands) -> None:
    commands.answer("smaps_rollup", 0, "2048\n")
    assert docker
    with machine.machine(BARE) as root:
        assert root.memory("echo 1") == 2.0


def test_files_go_in_as_root_s(
    docker: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tarfile

    seen: list[tuple[str, str, str]] = []

    def put(folder: str, file: object) -> None:
        with tarfile.open(fileobj=file) as tar:  # type: ignore[call-overload]
            seen.extend((folder, member.name, member.uname) for member in tar)

    (tmp_path / "x.deb").write_bytes(b"deb")
    with machine.machine(BARE) as root:
        (container,) = docker.containers.things.values()
        monkeypatch.setattr(container, "put_archive", put, raising=False)
        root.copy_in(tmp_path / "x.deb", "/root/y.deb")
    assert seen == [("/root", "y.deb", "root")]
