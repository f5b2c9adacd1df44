"""The life of an installed artifact: one context, whatever the format and the target."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from shipways.errors import ShipwaysError
from shipways.machines.machine import Machine
from shipways.results import TargetRecord
from shipways.verify import assertions, marks, service
from shipways.verify.assertions import START_S, expect
from shipways.verify.delivery import Delivery
from shipways.verify.file_snapshot import Tree
from shipways.verify.http_client import PASSWORD, USER, HttpClient
from shipways.verify.service import Service
from shipways.verify.step_runner import StepRunner

NOT_OFFERED = "not offered"
EDIT = "# edited by the administrator"
TIMEOUT_S = 60


@dataclass
class Context:
    """What happens on one machine. Phases build on those before them."""

    machine: Machine
    client: HttpClient
    step_runner: StepRunner
    now: Delivery
    next: Delivery
    broken: Delivery
    record: TargetRecord
    before: Tree = field(default_factory=dict)
    installed: Tree = field(default_factory=dict)  # as soon as it served
    packages: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    texts: list[str] = field(default_factory=list)  # every note that was acknowledged
    has_account: bool = False  # the client has logged in

    def run(self, phases: Mapping[str, Callable[[Context], str]]) -> None:
        """Run phases in their order; each is true, false, or not offered, with what was found."""
        for name, phase in phases.items():
            if self.record.lifecycle.get("install") is False:
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
            self.record.phase_s[name] = round(time.monotonic() - started, 2)

    def _conclude(self, phase: str, outcome: bool | str, found: str) -> None:
        self.record.lifecycle[phase] = outcome
        self.record.notes[phase] = found

    @cached_property
    def service(self) -> Service:
        return service.find(self.machine, self.now, self.step_runner)

    def started(self, delivery: Delivery, log: str) -> None:
        """Type the steps that start it where it does not start by itself, then wait for it."""
        if not self.service.runs():
            self.step_runner.start(delivery.steps("start"), self.client.answers, log)
        self.client.wait(START_S)

    def stop_in_terminal(self) -> None:
        if not self.service.starts_at_boot:
            self.service.restart()

    def command_line(self, *arguments: str, user: str = USER) -> str:
        """Run one of the app's own commands, as the administrator would; what it prints.

        `user` is the name of the account that `createsuperuser` makes.
        """
        env = {
            "DJANGO_SUPERUSER_USERNAME": user,
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            "DJANGO_SUPERUSER_EMAIL": f"{USER}@example.org",
        }
        return self.machine.run(self.service.manage(arguments, env), timeout=TIMEOUT_S).output

    @property
    def can_mark(self) -> bool:
        """Whether data can be made and found again: by a visitor, or by management commands."""
        return self.client.probe is not None or self.now.project.is_application

    def post(self, text: str) -> None:
        """Store a text, as a visitor does, or else as an administrator can."""
        if self.client.probe:
            expect(self.client.post(text), "A posted note cannot be read.")
        else:
            marks.make(self, text)
        self.texts.append(text)

    def found(self) -> None:
        """All that was stored is there, and the session is valid, or it is an error."""
        if self.client.probe:
            assertions.keeps(self.client, self.texts)
            return
        missing = marks.missing(self, self.texts) if self.texts else []
        expect(not missing, f"{len(missing)} of {len(self.texts)} rows are gone: {missing[:3]}")
        if self.client.entrance.login and self.has_account:
            assertions.keeps_session(self.client)

    def edit_settings(self) -> None:
        """Add a line to the administrator's file, where there is one."""
        if self.service.settings:
            self.machine.run(f"echo '{EDIT}' >> {self.service.settings}", timeout=TIMEOUT_S)

    def holds_edit(self, path: str) -> bool:
        """Whether that line is in a file."""
        return self.machine.run(f"grep -q '{EDIT}' {path}", timeout=TIMEOUT_S, check=False).ok

    def kept(self) -> None:
        """Notes, session, secret key and edited settings are as they were, or it is an error."""
        if self.can_mark:
            self.found()
        path = self.service.settings
        if path:
            expect(self.holds_edit(path), f"The edited line is gone from {path}.")
