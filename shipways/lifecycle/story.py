"""The life of an installed artifact: one story, whatever the format and the target."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from shipways.errors import ShipwaysError, VerifyError
from shipways.lifecycle import checks, manager, service, snapshot
from shipways.lifecycle.checks import START_S, expect
from shipways.lifecycle.delivery import Delivery
from shipways.lifecycle.service import InContainer, Service
from shipways.lifecycle.snapshot import Entry, Tree
from shipways.lifecycle.typist import Typist
from shipways.lifecycle.versions import REASON
from shipways.lifecycle.visitor import PASSWORD, USER, Visitor
from shipways.results import Target
from shipways.roots.machine import Machine

NOT_OFFERED = "not offered"
EDIT = "# edited by the administrator"
TIMEOUT_S = 60
DOCKER_FOLDERS = ("/", "/var/lib/docker/volumes")
SETTLE_S = 90  # until systemd gives up on a service that fails


@dataclass
class Story:
    """What happens on one machine. Phases build on those before them."""

    machine: Machine
    visitor: Visitor
    typist: Typist
    now: Delivery
    next: Delivery
    broken: Delivery
    target: Target
    before: Tree = field(default_factory=dict)
    installed: Tree = field(default_factory=dict)  # as soon as it served
    packages: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    texts: list[str] = field(default_factory=list)  # every note that was acknowledged

    def run(self, phases: dict[str, Callable[[Story], str]]) -> None:
        """Run phases in their order; each is true, false, or not offered, with what was found."""
        for name, phase in phases.items():
            if self.target.lifecycle.get("install") is False:
                self._conclude(name, False, "not reached: it is not installed")
                continue
            started = time.monotonic()
            try:
                found = phase(self)
            except ShipwaysError as error:
                self._conclude(name, False, str(error))
            else:
                offered = not found.startswith(NOT_OFFERED)
                self._conclude(name, True if offered else NOT_OFFERED, found)
            self.target.phase_s[name] = round(time.monotonic() - started, 2)

    def _conclude(self, phase: str, outcome: bool | str, found: str) -> None:
        self.target.lifecycle[phase] = outcome
        self.target.notes[phase] = found

    @cached_property
    def service(self) -> Service:
        return service.find(self.machine, self.now, self.typist)

    def started(self, delivery: Delivery, log: str) -> None:
        """Type the steps that start it where it does not start by itself, then wait for it."""
        if not self.service.runs():
            self.typist.start(delivery.steps("start"), self.visitor.answers, log)
        self.visitor.wait(START_S)

    def stop_in_terminal(self) -> None:
        if not self.service.starts_at_boot:
            self.service.restart()

    def command_line(self, *arguments: str) -> None:
        """Run one of the app's own commands, as the administrator would."""
        env = {
            "DJANGO_SUPERUSER_USERNAME": USER,
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            "DJANGO_SUPERUSER_EMAIL": f"{USER}@example.org",
        }
        self.machine.run(self.service.manage(arguments, env), timeout=TIMEOUT_S)

    def post(self, text: str) -> None:
        expect(self.visitor.post(text), "A posted note cannot be read.")
        self.texts.append(text)


def serve(story: Story) -> str:
    """It answers, as the right format; a person can log in."""
    said = checks.serves(story.visitor, story.now)
    story.target.user = who(said)
    probe = story.visitor.probe
    if probe:
        story.command_line(*probe.create_user)
        expect(story.visitor.log_in(), "The account that was made cannot log in.")
    return said


def who(said: str) -> str:
    """The user that the site says it runs as."""
    found = dict(part.split(" ", 1) for part in said.split(", ") if " " in part)
    return found.get("user", "")


def persist(story: Story) -> str:
    """A note outlives a restart of the service and one of the machine."""
    if not story.visitor.probe:
        return f"{NOT_OFFERED}: the project has no [tool.shipways.probe]"
    story.post("persist1")
    story.service.restart()
    story.started(story.now, "persist")
    checks.keeps(story.visitor, story.texts)
    story.machine.restart()
    story.visitor.come_back()
    by_itself = story.service.starts_at_boot
    if not by_itself:
        story.typist.foreground = None
        story.started(story.now, "persist")
    story.visitor.wait(START_S)
    checks.keeps(story.visitor, story.texts)
    unaltered(story)
    if isinstance(story.service, InContainer):
        return without_volume(story, story.service)
    return "" if by_itself else "after a restart of the machine somebody has to start it again"


def without_volume(story: Story, running: InContainer) -> str:
    """A container like the one that runs, but without its volume: what it writes goes with it."""
    run = running.without_volume(story.now.steps("start")[-1].command)
    state = story.now.project.state_dir
    name, mark = running.beside, f"{state}/mark"
    python = f"docker exec {name} python3 -c"
    story.machine.run(run, timeout=TIMEOUT_S)
    story.machine.run(f'{python} \'open("{mark}", "x").close()\'', timeout=TIMEOUT_S)
    story.machine.run(f"docker rm -fv {name}; {run}", timeout=TIMEOUT_S)
    left = story.machine.run(f"{python} 'open(\"{mark}\")'", timeout=TIMEOUT_S, check=False)
    story.machine.run(f"docker rm -fv {name}", timeout=TIMEOUT_S)
    expect(not left.ok, "Data outlives a container that has no volume.")
    return "data outlives the container in its volume; without the volume it goes with it"


def unaltered(story: Story) -> None:
    """The package manager finds every installed file as it was."""
    changes = manager.altered(story.machine, story.now.project.name)
    expect(not changes, f"Installed files have changed: {changes}")


def upgrade(story: Story) -> str:
    """The next version goes over this one while it is in use."""
    if not story.now.steps("upgrade"):
        return NOT_OFFERED
    edit_settings(story)
    story.machine.copy_in(story.next.file, story.next.file_on_machine)
    writing = story.visitor.writing(2, 300, 0.05) if story.visitor.probe else None
    try:
        story.typist.type_all(story.next.steps("upgrade"), "upgrade")
        story.stop_in_terminal()
        story.started(story.next, "upgrade")
        time.sleep(0.5)
    finally:
        posted, failed = story.visitor.stop_writing(writing) if writing else ([], [])
    story.texts += posted
    checks.serves(story.visitor, story.next)
    kept(story)
    return f"{len(posted)} notes were posted meanwhile and are there, {len(failed)} refused"


def rollback(story: Story) -> str:
    """Back to the version before, with the data."""
    if not story.now.steps("rollback"):
        return NOT_OFFERED
    story.typist.type_all(story.now.steps("rollback"), "rollback")
    story.stop_in_terminal()
    story.started(story.now, "rollback")
    checks.serves(story.visitor, story.now)
    kept(story)
    if story.visitor.probe:
        story.post("rollback1")
    return ""


def broken_upgrade(story: Story) -> str:
    """A version whose migration raises; then back to the one before."""
    if not story.broken.steps("upgrade"):
        return NOT_OFFERED
    story.machine.copy_in(story.broken.file, story.broken.file_on_machine)
    words = fail(story)
    state = manager.complaints(story.machine)
    expect(not state, f"The package manager is left in a bad state: {state}")
    expect(REASON in words, f"Nothing says why it does not start:\n{words}")
    story.typist.type_all(story.now.steps("rollback"), "broken_upgrade")
    story.started(story.now, "broken_upgrade")
    checks.serves(story.visitor, story.now)
    kept(story)
    return "\n".join(line for line in words.splitlines() if line.strip())[-1500:]


def fail(story: Story) -> str:
    """Upgrade to the broken version until it says why it fails; returns its last words."""
    story.typist.type_all(story.broken.steps("upgrade"), "broken_upgrade")
    story.stop_in_terminal()
    if not story.service.starts_at_boot:
        step = story.broken.steps("start")[-1]
        done = story.machine.run(step.command, timeout=TIMEOUT_S, check=False)
        expect(not done.ok, "The broken version serves.")
        return done.output
    limit = time.monotonic() + SETTLE_S
    words = ""
    while REASON not in words and time.monotonic() < limit:
        time.sleep(0.5)
        expect(not story.visitor.answers(), "The broken version serves.")
        words = story.service.words()
    return words


def remove(story: Story) -> str:
    """Program and service go, data and settings stay; installed again, it finds them."""
    if not story.now.steps("remove"):
        return NOT_OFFERED
    story.stop_in_terminal()
    story.typist.type_all(story.now.steps("remove"), "remove")
    expect(not story.visitor.answers(), "The service still answers.")
    left = story.machine.run(f"ls -A {story.service.state}", timeout=TIMEOUT_S, check=False)
    expect(left.ok and bool(left.output.strip()), "The data is gone.")
    aside = set_aside(story)
    story.typist.type_all(story.now.steps("install"), "remove")
    story.started(story.now, "remove")
    if aside:
        story.machine.run(f"mv {aside} {story.service.settings}", timeout=TIMEOUT_S)
        kept(story)
        return f"data stays; edited settings are kept as {aside}, to be put back by hand"
    kept(story)
    return "data and settings stay; installed again, it finds them"


def set_aside(story: Story) -> str:
    """Where rpm keeps edited settings of a removed package; "" where they stay in their place."""
    for suffix in ("", ".rpmsave"):
        path = f"{story.service.settings}{suffix}"
        if not story.service.settings or holds_edit(story, path):
            return path if suffix else ""
    raise VerifyError("The settings are gone.")


def holds_edit(story: Story, path: str) -> bool:
    return story.machine.run(f"grep -q '{EDIT}' {path}", timeout=TIMEOUT_S, check=False).ok


def purge(story: Story) -> str:
    """Nothing that the artifact brought is left."""
    if not story.now.steps("purge"):
        return NOT_OFFERED
    phases = ("remove", "purge") if story.service.purged_after_removal else ("purge",)
    story.typist.type_all(story.now.steps(*phases), "purge")
    expect(not story.visitor.answers(), "The service still answers.")
    manager.remove_all_but(story.machine, story.packages)
    left = left_over(story)
    expect(not left, f"{len(left)} files are left: {', '.join(sorted(left)[:8])}")
    accounts = manager.accounts(story.machine) - story.accounts
    own = sorted(name for name in accounts if story.now.project.name in name)
    expect(not own, f"Accounts are left: {', '.join(own)}")
    return "files and accounts are as before, once the dependencies have gone as well"


def left_over(story: Story) -> dict[str, Entry]:
    """What is there that was not before, by-products of any installation left out."""
    folders = DOCKER_FOLDERS if "+docker" in story.machine.image.role else ("/",)
    return manager.remarkable(snapshot.added(story.before, snapshot.take(story.machine, folders)))


def edit_settings(story: Story) -> None:
    if story.service.settings:
        story.machine.run(f"echo '{EDIT}' >> {story.service.settings}", timeout=TIMEOUT_S)


def kept(story: Story) -> None:
    """Notes, session, secret key and edited settings are as they were."""
    if story.visitor.probe:
        checks.keeps(story.visitor, story.texts)
    if story.service.settings:
        path = story.service.settings
        expect(holds_edit(story, path), f"The edited line is gone from {path}.")
