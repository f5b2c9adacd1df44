"""Clean machines on the real engine: they boot, are cut off, restart, and are always gone again."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from docker.errors import NotFound

from shipways.errors import VerifyError
from shipways.machines import distributions, engine, host_network, image_cache, reaper
from shipways.machines.machine import Machine, machine
from shipways.util import runs

Registry = Callable[[Mapping[str, str]], AbstractContextManager[str]]
GONE_WITHIN_S = 60
TOOLKIT = """
import time
from shipways.machines import engine, image_cache as images
from shipways.machines.machine import machine
with machine(images.ensure("debian:13+docker"), systemd=True) as root, engine.temporary_folder("x"):
    print(engine.run_id(), flush=True)
    {then}
"""


def left(run: str) -> list[str]:
    """Everything that still carries a run's label."""
    docker = engine.client()
    filters: dict[str, str | list[str] | bool] = {"label": f"{engine.LABEL}={run}"}
    things = [*docker.containers.list(all=True, filters=filters, ignore_removed=True)]
    found = [str(thing.name) for thing in things]
    found += [str(volume.name) for volume in docker.volumes.list(filters=filters)]
    return found + [run for known in reaper.leftovers() if known == run]


@pytest.fixture(scope="module")
def booted() -> Iterator[Machine]:
    with machine(image_cache.ensure("debian:13+systemd"), systemd=True) as root:
        yield root


@pytest.mark.parametrize("role", ["debian:13+systemd", "debian:12+systemd", "rpm+systemd"])
def test_systemd_is_process_1(role: str) -> None:
    with machine(image_cache.ensure(role), systemd=True) as root:
        assert root.run("cat /proc/1/comm", timeout=10).output.strip() == "systemd"
        assert not root.run("systemctl --failed --quiet", timeout=10).output.strip()


def test_a_debian_base_has_no_python() -> None:
    with machine(image_cache.ensure("debian:13")) as root:
        assert not root.run("command -v python3", timeout=10, check=False).ok


def test_the_rpm_platform_has_a_real_database() -> None:
    with machine(image_cache.ensure("rpm")) as root:
        assert "shipways-platform" in root.run("rpm -qa", timeout=10).output


def test_a_docker_host_runs_containers() -> None:
    with machine(image_cache.ensure("debian:13+docker"), systemd=True) as root:
        root.run(
            "tar -c /usr/bin/true /lib64 /usr/lib64 /usr/lib/x86_64-linux-gnu | docker import - x",
            timeout=120,
        )
        limits = "--cpus 1 --memory 64m --pids-limit 20"
        done = root.run(f"docker run --rm --network none {limits} x /usr/bin/true", timeout=60)
        assert "discarded" not in done.output  # by an engine that has no controllers


def test_the_wire_is_cut_and_comes_back(booted: Machine) -> None:
    look = "getent hosts deb.debian.org"
    assert booted.run(look, timeout=30).ok
    assert not booted.run(look, timeout=30, check=False, network=False).ok
    assert booted.run(look, timeout=30).ok


def test_received_bytes_are_counted_across_cuts_and_restarts(booted: Machine) -> None:
    booted.run("apt-get update", timeout=120)
    before = booted.bytes_received()
    assert before > 1_000_000
    booted.run("true", timeout=10, network=False)
    booted.restart()
    assert booted.bytes_received() >= before


def test_files_outlive_a_power_cut(booted: Machine) -> None:
    booted.run("echo kept > /var/lib/file; sync", timeout=10)
    booted.power_cut()
    booted.start()
    assert booted.run("cat /var/lib/file", timeout=10).output.strip() == "kept"


def test_files_go_in_and_out(booted: Machine, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("content")
    booted.copy_in(tmp_path / "in", "/root/file")
    assert booted.run("stat -c %U file", timeout=10).output.strip() == "root"
    booted.copy_out("/root/file", tmp_path / "out")
    assert (tmp_path / "out").read_text() == "content"


def test_a_command_that_takes_too_long_is_ended(booted: Machine) -> None:
    with pytest.raises(VerifyError, match="did not end within 1 s"):
        booted.run("sleep 30", timeout=1)
    assert not booted.run(
        "pgrep sleep || grep -l sleep /proc/[0-9]*/comm", timeout=10, check=False
    ).ok


def test_the_host_s_certificates_are_trusted(booted: Machine) -> None:
    if host_network.certificates() is None:
        assert "SSL_CERT_FILE" not in booted.run("env", timeout=10).output
    else:
        assert booted.run("test -s $SSL_CERT_FILE && test -s $PIP_CERT", timeout=10).ok


def test_bases_come_from_a_registry_where_one_answers(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker = engine.client()
    made = image_cache.ensure("debian:13", "archive")
    with registry({"debian:trixie-slim": made.ref}) as address:
        monkeypatch.setenv(distributions.REGISTRY_VARIABLE, address)
        image = image_cache.ensure("debian:13")
    assert image.source == "registry"
    with machine(image) as root:
        assert "trixie" in root.run("cat /etc/os-release", timeout=10).output
    docker.images.remove(image.ref, force=True)
    docker.images.remove(f"{address}/debian:trixie-slim", force=True)


def test_a_removal_under_way_is_waited_for() -> None:
    """Two remove one machine at once, as its own process and its reaper do after Ctrl-C."""
    image = image_cache.ensure("debian:13").ref
    made = engine.client().containers.create(image, ["sleep", "60"], labels=engine.labels())
    made.start()
    failed: list[Exception] = []

    def remove() -> None:
        try:
            engine.remove(made)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=remove) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    with pytest.raises(NotFound):
        made.reload()
    engine.remove(made)


def test_nothing_is_left_when_entry_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Machine) -> None:
        raise VerifyError("does not start")

    before = set(left(engine.run_id()))
    monkeypatch.setattr(Machine, "start", fail)
    with pytest.raises(VerifyError), machine(image_cache.ensure("debian:13")):
        pass
    assert set(left(engine.run_id())) <= before


@pytest.mark.parametrize(
    ("then", "end"),
    [
        ("time.sleep(600)", signal.SIGKILL),
        ("root.run('sleep 600', timeout=700)", signal.SIGINT),
        ("root.run('sleep 600', timeout=1)", None),
        ("raise RuntimeError", None),
    ],
    ids=["killed", "Ctrl-C", "time-out", "crash"],
)
def test_nothing_is_left_of_a_toolkit_that_ends(then: str, end: signal.Signals | None) -> None:
    script = TOOLKIT.format(then=then)
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as toolkit:
        assert toolkit.stdout is not None
        run = toolkit.stdout.readline().strip()
        assert run, toolkit.communicate()[1]
        if end is not None:
            assert left(run)
            time.sleep(1)
            toolkit.send_signal(end)
        _, said = toolkit.communicate(timeout=GONE_WITHIN_S)
    assert "409" not in said  # two that remove one thing do not complain
    limit = time.monotonic() + GONE_WITHIN_S
    while left(run) and time.monotonic() < limit:
        time.sleep(0.5)
    assert not left(run)


def test_the_next_start_removes_what_a_dead_run_left() -> None:
    dead = f"{engine.run_id().rsplit('-', 2)[0]}-999999999-1"
    volume = engine.client().volumes.create(labels={engine.LABEL: dead})
    assert dead in reaper.leftovers()
    assert not runs.is_alive(dead)
    assert reaper.reap(dead) == 1
    assert volume.name not in {found.name for found in engine.client().volumes.list()}
