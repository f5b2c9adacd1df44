"""Installs each artifact of dist/ on clean machines and follows it through its whole life."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shipways.errors import ShipwaysError
from shipways.lifecycle import figures, hardening, manager, snapshot, story, visitor
from shipways.lifecycle.checks import START_S
from shipways.lifecycle.delivery import Delivery
from shipways.lifecycle.story import Story
from shipways.lifecycle.typist import Typist
from shipways.results import Target
from shipways.roots import images
from shipways.roots.images import Image
from shipways.roots.machine import PERSON, Machine, machine

PREPARE_S = 300
PHASES = {
    "serve": story.serve,
    "hardening": hardening.hardening,
    "persist": story.persist,
    "upgrade": story.upgrade,
    "rollback": story.rollback,
    "broken_upgrade": story.broken_upgrade,
    "remove": story.remove,
    "purge": story.purge,
}


@dataclass(frozen=True)
class Trio:
    """One format: what is in dist/, its next version, and one whose migration raises."""

    now: Delivery
    next: Delivery
    broken: Delivery


def live(trio: Trio, image: Image, dist: Path, logs: Path, source: str) -> Target:
    """One format's whole life on one fresh machine."""
    target = Target(status="ok", platform=image.platform, base_source=image.source)
    with scene(image, trio.now, source) as (root, guest):
        typist = Typist(root, logs, dist)
        told = Story(root, guest, typist, trio.now, trio.next, trio.broken, target)
        prepare(root, trio.now, image)
        told.before = snapshot.take(root, figures.folders(image.role))
        told.accounts, told.packages = manager.accounts(root), manager.packages(root)
        told.run({"install": install, **PHASES})
    target.steps = typist.record
    failed = [name for name, outcome in target.lifecycle.items() if outcome is False]
    if failed:
        target.status = "failed"
        target.reason = f"{failed[0]}: {target.notes[failed[0]]}"
    return target


@contextlib.contextmanager
def scene(
    image: Image, delivery: Delivery, source: str
) -> Iterator[tuple[Machine, visitor.Visitor]]:
    """A machine, and a visitor beside it."""
    with (
        machine(image, systemd="+" in image.role) as root,
        visitor.visitor(delivery.project, root, source) as guest,
    ):
        yield root, guest


def prepare(root: Machine, delivery: Delivery, image: Image) -> None:
    """Make the machine what a server is before anybody installs: fresh package lists, a user."""
    if "Debian" in image.platform:
        root.run("apt-get update", timeout=PREPARE_S)
    root.run(
        f"id {PERSON} 2> /dev/null || useradd --create-home {PERSON}; chmod 755 /home/{PERSON}; "
        f"echo private > /home/{PERSON}/diary; chmod 644 /home/{PERSON}/diary",
        timeout=PREPARE_S,
    )
    root.copy_in(delivery.file, delivery.file_on_machine)


def install(told: Story) -> str:
    """The printed steps, nothing else, until the first answer."""
    received = told.machine.bytes_received()
    waiting = told.visitor.waiting(PREPARE_S * 3)
    told.typist.type_all(told.now.steps("prerequisite"), "install")
    first = time.time()
    told.typist.type_all(told.now.steps("install"), "install")
    told.typist.start(told.now.steps("start"), told.visitor.answers, "install")
    try:
        told.visitor.wait(START_S)
    except ShipwaysError as error:
        error.hint = told.service.words()
        raise
    finally:
        figures.count(told)
    told.target.first_response_s = float(visitor.result(waiting, START_S)["at"]) - first
    received = told.machine.bytes_received() - received
    told.target.transfer_bytes = received + told.now.file.stat().st_size
    told.installed = snapshot.take(told.machine, figures.folders(told.machine.image.role))
    figures.measure(told)
    return ""


def image_for(role: str, source: str, packages: Sequence[str] = ()) -> Image:
    return images.ensure(role, source, packages=packages)
