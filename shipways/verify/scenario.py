"""One format's whole life on one target: the scene, the context, the figures."""

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
from shipways.machines.machine import UNPRIVILEGED_USER, Machine, machine
from shipways.results import TargetRecord
from shipways.verify import file_snapshot, git_server, http_client, metrics, package_manager
from shipways.verify.assertions import START_S
from shipways.verify.context import Context
from shipways.verify.delivery import Delivery
from shipways.verify.http_client import HttpClient
from shipways.verify.phases import hardening, remove, serve, upgrade
from shipways.verify.step_runner import StepRunner
from shipways.verify.targets import Target

PREPARE_S = 300
# There is no wire to try again on; by itself apt would, for every package.
IMPATIENT = """if [ -d /etc/apt/apt.conf.d ]; then
    echo 'Acquire::Retries "0";' > /etc/apt/apt.conf.d/99-no-retries
fi"""


@dataclass(frozen=True)
class VersionSet:
    """One format: what is in dist/, its next version, and one whose migration raises."""

    now: Delivery
    next: Delivery
    broken: Delivery


def live(
    version_set: VersionSet, target: Target, dist: Path, logs: Path, source: str = "auto"
) -> TargetRecord:
    """Follow one format through its life on fresh machines. What fails is in the result."""
    image = image_cache.ensure(target.role, source)
    record = TargetRecord(
        status="ok",
        platform=platform(image, version_set.now),
        family=target.family,
        base_source=image.source,
    )
    with scene(image, version_set.now, source) as (root, client):
        step_runner = StepRunner(root, logs, dist)
        context = Context(
            root, client, step_runner, version_set.now, version_set.next, version_set.broken, record
        )
        prepare(root, version_set.now)
        context.before = file_snapshot.take(root, metrics.folders(image.role))
        context.accounts, context.packages = (
            package_manager.accounts(root),
            package_manager.packages(root),
        )
        context.run(PHASES)
        record.steps = step_runner.record
    began = time.monotonic()
    seconds = offline(version_set.now, target, dist, logs, source)
    record.phase_s["offline"] = round(time.monotonic() - began, 2)
    record.offline = seconds is not None
    if seconds is not None:
        record.notes["offline"] = f"{seconds:.1f} s to the first response, where Python is there"
    conclude(record)
    return record


def platform(image: Image, delivery: Delivery) -> str:
    """The machine in words, with what it had been given besides a bare system."""
    host = " as a Docker host" if "+docker" in image.role else ""
    return image.platform + host + (f", {git_server.BESIDE}" if delivery.repository else "")


def conclude(record: TargetRecord) -> None:
    """Failed, with the first reason, when any phase is false."""
    failed = [name for name, outcome in record.lifecycle.items() if outcome is False]
    if failed:
        record.status = "failed"
        record.reason = f"{failed[0]}: {record.notes[failed[0]]}"


@contextlib.contextmanager
def scene(image: Image, delivery: Delivery, source: str) -> Iterator[tuple[Machine, HttpClient]]:
    """A machine, a client beside it, and where a link leads to, a server with the repository."""
    with (
        machine(image, systemd=True) as root,
        git_server.served(delivery, root, source),
        http_client.client_beside(delivery.project, root, source) as client,
    ):
        yield root, client


def prepare(root: Machine, delivery: Delivery) -> None:
    """Make the machine what a server is before anybody installs: fresh package lists, a user."""
    user = UNPRIVILEGED_USER
    root.run("if command -v apt-get; then apt-get update; fi", timeout=PREPARE_S)
    root.run(
        f"id {user} 2> /dev/null || useradd --create-home {user}; chmod 755 /home/{user}; "
        f"echo private > /home/{user}/diary; chmod 644 /home/{user}/diary",
        timeout=PREPARE_S,
    )
    delivery.bring(root)


def install(context: Context) -> str:
    """The printed steps, nothing else, until the first answer."""
    received = context.machine.bytes_received()
    waiting = context.client.waiting(PREPARE_S * 3)
    context.step_runner.type_all(context.now.steps("prerequisite"), "install")
    began = time.monotonic()
    type_install(context, waiting)
    serve.unaltered(context)
    metrics.count(context)
    context.record.first_response_s = _since(began, waiting)
    context.record.transfer_bytes = context.machine.bytes_received() - received + context.now.size
    context.installed = file_snapshot.take(
        context.machine, metrics.folders(context.machine.image.role)
    )
    metrics.measure(context)
    return f"commands until it serves: {context.record.commands}"


def type_install(context: Context, waiting: Background) -> None:
    """Type it while a client is `waiting`: to ask again and again would slow the service down.

    Raises `VerifyError` with the service's own last words when it does not answer.
    """
    context.step_runner.type_all(context.now.steps("install"), "install")
    context.step_runner.start(context.now.steps("start"), lambda: not waiting.running, "install")
    try:
        context.client.wait(START_S)
    except ShipwaysError as error:
        error.hint = context.service.words()
        raise


def offline(now: Delivery, target: Target, dist: Path, logs: Path, source: str) -> float | None:
    """Install by the same steps with the wire cut, on a system as it commonly is.

    Returns the seconds from the first command of the installation to the first response; None where
    it cannot be done.
    """
    image = image_cache.ensure(target.role, source, packages=target.common)
    with scene(image, now, source) as (root, client):
        prepare(root, now)
        root.network.disconnect()
        root.run(IMPATIENT, timeout=PREPARE_S)
        step_runner = StepRunner(root, logs, dist)
        try:
            return first_response(now, client, step_runner, "offline", PREPARE_S)
        except ShipwaysError:
            return None


def first_response(
    now: Delivery, client: HttpClient, step_runner: StepRunner, log: str, patience_s: float
) -> float:
    """Type everything; seconds from the first command of the installation to the first response.

    A client waits `patience_s` for it from the start. Raises `VerifyError` when a step fails or
    nothing answers.
    """
    waiting = client.waiting(patience_s)
    step_runner.type_all(now.steps("prerequisite"), log)
    began = time.monotonic()
    step_runner.type_all(now.steps("install"), log)
    step_runner.start(now.steps("start"), lambda: not waiting.running, log)
    client.wait(START_S)
    return _since(began, waiting)


def _since(began: float, waiting: Background) -> float:
    """Seconds until the client that is `waiting` was answered."""
    at = http_client.arrived(waiting, START_S)
    if at is None:
        raise VerifyError("The client was not answered in time.")
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
