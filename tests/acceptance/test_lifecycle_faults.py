"""What an installed service has to survive: damage, full disks, power cuts, wrong settings."""

from __future__ import annotations

import dataclasses
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from platformdirs import user_cache_path

from shipways.errors import ShipwaysError
from shipways.formats import FORMATS
from shipways.machines import image_cache
from shipways.machines.machine import Machine, machine
from shipways.verify import assertions, package_manager, service
from shipways.verify.delivery import Delivery
from shipways.verify.http_client import PASSWORD, USER, HttpClient, client_beside
from shipways.verify.later_versions import Versions
from shipways.verify.scenario import prepare
from shipways.verify.service import Service
from shipways.verify.step_runner import StepRunner
from shipways.verify.targets import TARGETS
from tests.acceptance import uploads

if TYPE_CHECKING:
    from tests.acceptance.conftest import Built

FORMAT = "deb-bundled"
TARGET = TARGETS["debian:13"]
SETTINGS = "/etc/demoapp/demoapp.env"
STATE = "/var/lib/demoapp"
SOUND = """python3 -c '
import sqlite3, sys
print(*sqlite3.connect(sys.argv[1]).execute("PRAGMA integrity_check").fetchone())'"""
HELD = "ls -l /proc/[0-9]*/fd 2> /dev/null | grep upload"
WRITERS = 50
GROUND_OF = {"wheel": "debian:13", "deb": "debian:13", "deb-bundled": "debian:13", "rpm": "rpm"}
GROUND_OF |= {"tarball": "debian:13", "docker": "docker"}


@dataclasses.dataclass
class Scene:
    """An installed service in use: a visitor is logged in and has posted `first`."""

    machine: Machine
    client: HttpClient
    step_runner: StepRunner
    now: Delivery
    service: Service

    def log(self) -> str:
        command = "journalctl --no-pager -o cat -n 60 -u demoapp"
        return self.machine.run(command, timeout=20).output

    def until(self, what: Callable[[], bool], seconds: float = 240) -> None:
        limit = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < limit, self.service.words()
            time.sleep(0.2)


@pytest.fixture(scope="module")
def now(built: Built) -> Delivery:
    return delivery(built, FORMAT)


def delivery(built: Built, name: str) -> Delivery:
    file = built.dist / built.record(name).artifacts[0].path
    return Delivery(built.project, FORMATS[name], file)


@contextmanager
def bare(now: Delivery, **options: object) -> Iterator[tuple[Machine, HttpClient]]:
    """A machine as it commonly is, the artifact on it, nothing installed."""
    image = image_cache.ensure(TARGET.role, packages=TARGET.common)
    with (
        machine(image, systemd=True, **options) as root,  # type: ignore[arg-type]
        client_beside(now.project, root) as client,
    ):
        prepare(root, now)
        yield root, client


@contextmanager
def installed(now: Delivery, logs: Path) -> Iterator[Scene]:
    with bare(now) as (root, client):
        step_runner = StepRunner(root, logs, logs)
        step_runner.type_all(now.steps("install"), "install")
        client.wait(assertions.START_S)
        running = service.find(root, now, step_runner)
        names = {"USERNAME": USER, "PASSWORD": PASSWORD, "EMAIL": "v@example.org"}
        env = {f"DJANGO_SUPERUSER_{name}": value for name, value in names.items()}
        root.run(running.manage(["createsuperuser", "--noinput"], env), timeout=60)
        assert client.log_in()
        assert client.post("first")
        yield Scene(root, client, step_runner, now, running)


@pytest.fixture
def scene(now: Delivery, tmp_path: Path) -> Iterator[Scene]:
    with installed(now, tmp_path) as found:
        yield found


def truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def changed(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.parametrize("name", GROUND_OF)
def test_a_damaged_artifact_is_refused(built: Built, name: str, tmp_path: Path) -> None:
    whole = delivery(built, name)
    target = TARGETS[GROUND_OF[name]]
    image = image_cache.ensure(target.role, packages=target.common)
    with machine(image, systemd=True) as root:
        prepare(root, whole)
        step_runner = StepRunner(root, tmp_path, tmp_path)
        step_runner.type_all(whole.steps("prerequisite"), "prerequisite")
        for damage in (truncated, changed):
            (tmp_path / whole.file.name).write_bytes(damage(whole.file.read_bytes()))
            root.copy_in(tmp_path / whole.file.name, whole.file_on_machine)
            with pytest.raises(ShipwaysError):
                step_runner.type_all(whole.steps("install"), damage.__name__)
            # apt unpacks a deb's dependencies before it finds the damage: they want to be set up
            root.run("if command -v dpkg; then dpkg --configure -a; fi", timeout=120)
            assert not package_manager.complaints(root), damage.__name__
            look = "ls -d /usr/lib/demoapp /usr/bin/demoapp /opt/demoapp/bin/demoapp"
            seen = root.run(f"{look} 2> /dev/null", timeout=20, check=False).output
            assert not seen.strip(), damage.__name__


def test_a_full_disk_stops_the_installation_and_nothing_else(now: Delivery, tmp_path: Path) -> None:
    with bare(now, tmpfs={"/usr/lib/demoapp": "size=4m"}) as (root, client):
        step_runner = StepRunner(root, tmp_path, tmp_path)
        with pytest.raises(ShipwaysError, match="status"):
            step_runner.type_all(now.steps("install"), "full")
        assert "No space left" in (tmp_path / "full.log").read_text()
        assert not package_manager.complaints(root)
        root.run("umount /usr/lib/demoapp", timeout=20)
        step_runner.type_all(now.steps("install"), "again")
        assertions.serves(client, now)


def test_a_power_cut_during_migration_loses_nothing(
    scene: Scene, built: Built, tmp_path: Path
) -> None:
    cache = user_cache_path("shipways")
    slow = Versions(built.project, tmp_path / "later", cache).make(FORMATS[FORMAT], "slow")
    scene.machine.copy_in(slow.file, slow.file_on_machine)
    scene.step_runner.type_all(slow.steps("upgrade"), "upgrade")
    scene.until(lambda: "Running migrations" in scene.log().partition("version 1.0.3")[2])
    scene.machine.power_cut()
    scene.machine.start()
    scene.client.come_back()
    copies = scene.machine.run(f"ls {STATE}/backups/db-*.sqlite3", timeout=20).output
    assert copies.strip()
    scene.step_runner.type_all(scene.now.steps("rollback"), "rollback")
    assertions.serves(scene.client, scene.now)
    assertions.keeps(scene.client, ["first"])
    for path in (f"{STATE}/db.sqlite3", *copies.split()):
        assert scene.machine.run(f"{SOUND} {path}", timeout=20).output.strip() == "ok"


def test_every_acknowledged_note_survives_a_kill_under_load(scene: Scene) -> None:
    writing = scene.client.writing(WRITERS, 60)
    time.sleep(8)
    scene.service.kill()
    scene.until(scene.client.answers)
    time.sleep(3)
    posted, _ = scene.client.stop_writing(writing)
    assert len(posted) >= WRITERS
    assertions.keeps(scene.client, posted)


def test_uploads_of_nobody_known_do_it_no_harm(scene: Scene) -> None:
    """They wait on the disk, also where /tmp is memory, as on this machine and in Debian 13."""
    helper = scene.client._helper
    helper.copy_in(Path(uploads.__file__), "/var/tmp/uploads.py")
    running = helper.spawn("python3 /var/tmp/uploads.py 8000 /notes/new/ /healthz", timeout=200)
    held: set[str] = set()
    while running.running:
        done = scene.machine.run(HELD, timeout=20, check=False)
        held.update(re.findall(r"/\S+upload\S*", done.output))
        time.sleep(0.1)
    found = json.loads(running.wait(20).output.splitlines()[-1])
    assert held
    assert not [path for path in held if not path.startswith("/var/tmp/")], held
    assert found["during"] == [200] * 5, found
    assert (found["at_limit"], found["over"], found["at_once"]) == (403, 413, [403] * 4)
    assert found["after"] == 200
    assert scene.service.runs()


def test_a_taken_port_is_named(now: Delivery, tmp_path: Path) -> None:
    with bare(now) as (root, client):
        # in the machine's network, as another service there would be
        server = client._helper.spawn("exec python3 -m http.server 8000", timeout=300)
        step_runner = StepRunner(root, tmp_path, tmp_path)
        step_runner.type_all(now.steps("install"), "install")
        running = service.find(root, now, step_runner)
        limit = time.monotonic() + 60
        while "127.0.0.1:8000" not in (words := running.words()) or "in use" not in words:
            assert time.monotonic() < limit, words
            time.sleep(0.5)
        assert not package_manager.complaints(root)
        server.interrupt("KILL")
        server.wait(20)
        root.run("systemctl reset-failed demoapp; systemctl restart demoapp", timeout=60)
        assertions.serves(client, now)


def test_a_wrong_setting_is_named_in_the_status(scene: Scene) -> None:
    scene.machine.run(f"echo DEMOAPP_WORKERS=several >> {SETTINGS}", timeout=20)
    scene.machine.run("systemctl restart demoapp", timeout=60, check=False)
    scene.until(lambda: not scene.service.runs())
    time.sleep(3)  # it must not try again
    status = scene.machine.run("systemctl status --no-pager demoapp", timeout=20, check=False)
    assert "failed" in status.output
    assert [line for line in status.output.splitlines() if "DEMOAPP_WORKERS" in line]
    scene.machine.run(f"sed -i /several/d {SETTINGS}; systemctl restart demoapp", timeout=60)
    assertions.serves(scene.client, scene.now)
    assertions.keeps(scene.client, ["first"])


def test_a_clock_in_the_past_does_no_harm(scene: Scene) -> None:
    scene.machine.run("apt-get install -y --no-install-recommends libfaketime", timeout=120)
    library = scene.machine.run("dpkg -L libfaketime | grep libfaketime.so.1", timeout=20).output
    lines = f"[Service]\nEnvironment=LD_PRELOAD={library.strip()}\nEnvironment=FAKETIME=-10y\n"
    folder = "/etc/systemd/system/demoapp.service.d"
    scene.machine.run(f"mkdir {folder}; printf '{lines}' > {folder}/past.conf", timeout=20)
    scene.machine.run("systemctl daemon-reload; systemctl restart demoapp", timeout=60)
    assertions.serves(scene.client, scene.now)
    assert not scene.client.missing(["first"])
    assert scene.client.log_in()
    assert scene.client.post("from the past")


def test_it_starts_without_a_network(scene: Scene) -> None:
    scene.machine.network.disconnect()
    scene.machine.restart()
    scene.client.come_back()
    assertions.serves(scene.client, scene.now)
    assertions.keeps(scene.client, ["first"])
