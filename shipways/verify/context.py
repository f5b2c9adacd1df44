"""The life of an installed artifact: one story, whatever the format and the target."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from shipways.errors import ShipwaysError
from shipways.machines.machine import Machine
from shipways.results import Target
from shipways.verify import assertions, service
from shipways.verify.assertions import START_S, expect
from shipways.verify.delivery import Delivery
from shipways.verify.file_snapshot import Tree
from shipways.verify.http_client import PASSWORD, USER, Visitor
from shipways.verify.service import Service
from shipways.verify.step_runner import Typist

NOT_OFFERED = "not offered"
EDIT = "# edited by the administrator"
TIMEOUT_S = 60


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
                self._conclude(name, False, error.reason)
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

    def edit_settings(self) -> None:
        """Add a line to the administrator's file, where there is one."""
        if self.service.settings:
            self.machine.run(f"echo '{EDIT}' >> {self.service.settings}", timeout=TIMEOUT_S)

    def holds_edit(self, path: str) -> bool:
        """Whether that line is in a file."""
        return self.machine.run(f"grep -q '{EDIT}' {path}", timeout=TIMEOUT_S, check=False).ok

    def kept(self) -> None:
        """Notes, session, secret key and edited settings are as they were, or it is an error."""
        if self.visitor.probe:
            assertions.keeps(self.visitor, self.texts)
        path = self.service.settings
        if path:
            expect(self.holds_edit(path), f"The edited line is gone from {path}.")
