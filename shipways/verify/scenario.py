"""One format's whole life on one target: the scene, the story, the figures."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shipways.errors import ShipwaysError, VerifyError
from shipways.machines import image_cache
from shipways.machines.execution import Background
from shipways.machines.image_cache import Image
from shipways.machines.machine import PERSON, Machine, machine
from shipways.results import Target
from shipways.verify import file_snapshot, git_server, http_client, metrics, package_manager
from shipways.verify.assertions import START_S
from shipways.verify.context import Story
from shipways.verify.delivery import Delivery
from shipways.verify.http_client import Visitor
from shipways.verify.phases import hardening, remove, serve, upgrade
from shipways.verify.step_runner import Typist
from shipways.verify.targets import Ground

PREPARE_S = 300
# There is no wire to try again on; by itself apt would, for every package.
IMPATIENT = """if [ -d /etc/apt/apt.conf.d ]; then
    echo 'Acquire::Retries "0";' > /etc/apt/apt.conf.d/99-no-retries
fi"""


@dataclass(frozen=True)
class Trio:
    """One format: what is in dist/, its next version, and one whose migration raises."""

    now: Delivery
    next: Delivery
    broken: Delivery


def live(trio: Trio, ground: Ground, dist: Path, logs: Path, source: str = "auto") -> Target:
    """Follow one format through its life on fresh machines. What fails is in the result."""
    image = image_cache.ensure(ground.role, source)
    target = Target(
        status="ok",
        platform=platform(image, trio.now),
        family=ground.family,
        base_source=image.source,
    )
    with scene(image, trio.now, source) as (root, guest):
        typist = Typist(root, logs, dist)
        told = Story(root, guest, typist, trio.now, trio.next, trio.broken, target)
        prepare(root, trio.now)
        told.before = file_snapshot.take(root, metrics.folders(image.role))
        told.accounts, told.packages = (
            package_manager.accounts(root),
            package_manager.packages(root),
        )
        told.run(PHASES)
        target.steps = typist.record
    began = time.monotonic()
    seconds = offline(trio.now, ground, dist, logs, source)
    target.phase_s["offline"] = round(time.monotonic() - began, 2)
    target.offline = seconds is not None
    if seconds is not None:
        target.notes["offline"] = f"{seconds:.1f} s to the first response, where Python is there"
    conclude(target)
    return target


def platform(image: Image, delivery: Delivery) -> str:
    """The machine in words, with what it had been given besides a bare system."""
    host = " as a Docker host" if "+docker" in image.role else ""
    return image.platform + host + (f", {git_server.BESIDE}" if delivery.repository else "")


def conclude(target: Target) -> None:
    """Failed, with the first reason, when any phase is false."""
    failed = [name for name, outcome in target.lifecycle.items() if outcome is False]
    if failed:
        target.status = "failed"
        target.reason = f"{failed[0]}: {target.notes[failed[0]]}"


@contextlib.contextmanager
def scene(image: Image, delivery: Delivery, source: str) -> Iterator[tuple[Machine, Visitor]]:
    """A machine, a visitor beside it, and where a link leads to, a server with the repository."""
    with (
        machine(image, systemd=True) as root,
        git_server.served(delivery, root, source),
        http_client.visitor(delivery.project, root, source) as guest,
    ):
        yield root, guest


def prepare(root: Machine, delivery: Delivery) -> None:
    """Make the machine what a server is before anybody installs: fresh package lists, a user."""
    root.run("if command -v apt-get; then apt-get update; fi", timeout=PREPARE_S)
    root.run(
        f"id {PERSON} 2> /dev/null || useradd --create-home {PERSON}; chmod 755 /home/{PERSON}; "
        f"echo private > /home/{PERSON}/diary; chmod 644 /home/{PERSON}/diary",
        timeout=PREPARE_S,
    )
    delivery.bring(root)


def install(told: Story) -> str:
    """The printed steps, nothing else, until the first answer."""
    received = told.machine.bytes_received()
    waiting = told.visitor.waiting(PREPARE_S * 3)
    told.typist.type_all(told.now.steps("prerequisite"), "install")
    began = time.monotonic()
    type_install(told, waiting)
    serve.unaltered(told)
    metrics.count(told)
    told.target.first_response_s = _since(began, waiting)
    told.target.transfer_bytes = told.machine.bytes_received() - received + told.now.size
    told.installed = file_snapshot.take(told.machine, metrics.folders(told.machine.image.role))
    metrics.measure(told)
    return f"commands until it serves: {told.target.commands}"


def type_install(told: Story, waiting: Background) -> None:
    """Type it while a visitor is `waiting`: to ask again and again would slow the service down.

    Raises `VerifyError` with the service's own last words when it does not answer.
    """
    told.typist.type_all(told.now.steps("install"), "install")
    told.typist.start(told.now.steps("start"), lambda: not waiting.running, "install")
    try:
        told.visitor.wait(START_S)
    except ShipwaysError as error:
        error.hint = told.service.words()
        raise


def offline(now: Delivery, ground: Ground, dist: Path, logs: Path, source: str) -> float | None:
    """Install by the same steps with the wire cut, on a system as it commonly is.

    Returns the seconds from the first command of the installation to the first response; None where
    it cannot be done.
    """
    image = image_cache.ensure(ground.role, source, packages=ground.common)
    with scene(image, now, source) as (root, guest):
        prepare(root, now)
        root.network.disconnect()
        root.run(IMPATIENT, timeout=PREPARE_S)
        typist = Typist(root, logs, dist)
        try:
            return first_response(now, guest, typist, "offline", PREPARE_S)
        except ShipwaysError:
            return None


def first_response(
    now: Delivery, guest: Visitor, typist: Typist, log: str, patience_s: float
) -> float:
    """Type everything; seconds from the first command of the installation to the first response.

    A visitor waits `patience_s` for it from the start. Raises `VerifyError` when a step fails or
    nothing answers.
    """
    waiting = guest.waiting(patience_s)
    typist.type_all(now.steps("prerequisite"), log)
    began = time.monotonic()
    typist.type_all(now.steps("install"), log)
    typist.start(now.steps("start"), lambda: not waiting.running, log)
    guest.wait(START_S)
    return _since(began, waiting)


def _since(began: float, waiting: Background) -> float:
    """Seconds until the visitor who is `waiting` was answered."""
    at = http_client.arrived(waiting, START_S)
    if at is None:
        raise VerifyError("The visitor was not answered in time.")
    return at - began


PHASES = {
    "install": install,
    "serve": serve.serve,
    "hardening": hardening.hardening,
    "persist": serve.persist,
    "upgrade": upgrade.upgrade,
    "rollback": upgrade.rollback,
    "broken_upgrade": upgrade.broken_upgrade,
    "remove": remove.remove,
    "purge": remove.purge,
    "residue": remove.residue,
}
