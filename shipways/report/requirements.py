"""Which format fits: what a person may require, each format's answer, and both in one language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shipways.claims.isolation import MILD, PROBES
from shipways.report.columns import by_place
from shipways.report.columns.base import Column
from shipways.report.figure import Figure
from shipways.report.i18n import Words, brief
from shipways.report.overview import Overview, Row
from shipways.report.value_text import figure_text, spoken_text
from shipways.results import BEFORE, StepRecord, TargetRecord, was_installed
from shipways.util.messages import mark as _

YES, NO, UNKNOWN = "yes", "no", "unknown"
FAMILIES = ("debian", "rhel")


@dataclass(frozen=True)
class Answer:
    """Whether a format meets a requirement, and why: a message and its values."""

    state: str
    message: str
    values: Mapping[str, str] = field(default_factory=dict)


def family(name: str, target: TargetRecord) -> str:
    """The kind of system that a target stands for: as recorded, else read from its names."""
    if target.family:
        return "rhel" if target.family in ("fedora", "suse") else target.family
    known = f"{name} {target.platform}".lower()
    if re.search(r"fedora|rhel|rocky|alma|centos|suse|dnf|rpm", known):
        return "rhel"
    return "debian" if re.search(r"debian|ubuntu", known) else ""


def system(*wanted: str) -> Callable[[Row], Answer]:
    """Whether a format runs on all of these kinds of system; the weakest answer counts."""

    def ask(row: Row) -> Answer:
        told = [_on_family(row, each) for each in wanted]
        return min(told, key=lambda answer: (NO, UNKNOWN, YES).index(answer.state))

    return ask


def _on_family(row: Row, wanted: str) -> Answer:
    tried = {
        name: target
        for name, target in row.record.targets.items()
        if family(name, target) == wanted and target.status != "skipped"
    }
    passed = [name for name, target in tried.items() if target.status == "ok"]
    if passed:
        return Answer(YES, _("passed on %(targets)s"), {"targets": ", ".join(passed)})
    for name, target in tried.items():
        values = {"target": name, "reason": target.reason}
        if was_installed(target):
            return Answer(UNKNOWN, _("runs on %(target)s, but not all held: %(reason)s"), values)
        return Answer(NO, _("failed on %(target)s: %(reason)s"), values)
    families = row.record.families
    if not families or wanted in families:
        return Answer(UNKNOWN, _("was not tried on such a system"))
    return Answer(NO, _("is made for: %(systems)s"), {"systems": row.record.installs_on})


@dataclass(frozen=True)
class Requirement:
    """Something that a person may require. Those of one `group` exclude each other."""

    key: str
    title: str
    ask: Callable[[Row], Answer]
    group: str = ""


def answers(row: Row) -> dict[str, Answer]:
    """A format's answers to all requirements; one that was not built meets none."""
    if not row.ok:
        message = _("was not built: %(reason)s")
        answer = Answer(NO, message, {"reason": row.record.reason})
        return {requirement.key: answer for requirement in REQUIREMENTS}
    return {requirement.key: requirement.ask(row) for requirement in REQUIREMENTS}


def orders(view: Overview) -> list[Column]:
    """Columns by which formats can be ranked: those in which anything was measured."""
    return [
        column
        for column in by_place(lambda column: column.wish)
        if any(row.figures[column.key].value is not None for row in view.rows)
    ]


def _offline(row: Row) -> Answer:
    figure = row.figures["offline"]
    if figure.value is None:
        return Answer(UNKNOWN, _("not measured whether it installs offline"))
    values = {"target": row.target}
    if figure.value:
        return Answer(YES, _("installed on %(target)s with the network cut off"), values)
    return Answer(NO, _("did not install on %(target)s with the network cut off"), values)


def _isolated(row: Row) -> Answer:
    probed = [target.probes for target in row.record.targets.values() if target.probes]
    if not probed:
        return _confined(row)
    breaches = dict.fromkeys(
        name for probes in probed for name, could in probes.items() if could and name not in MILD
    )
    if breaches:
        first = next(iter(breaches))
        values = {"deed": PROBES.get(first, first)}
        return Answer(NO, _("an intruder in the app could %(deed)s"), values)
    return Answer(YES, _("an intruder in the app could not get at the host"))


def _confined(row: Row) -> Answer:
    """Without probes: whether the service's confinement was tried, and how that went."""
    for name, target in row.record.targets.items():
        went = target.lifecycle.get("hardening")
        if went is True:
            message = _("its confinement held when it was tried from inside on %(target)s")
            return Answer(YES, message, {"target": name})
        if went is not None:
            return Answer(
                NO,
                _("is not confined on %(target)s: %(reason)s"),
                {"target": name, "reason": target.notes.get("hardening") or str(went)},
            )
    return Answer(UNKNOWN, _("what an intruder in the app could do was not probed"))


def _updates(row: Row) -> Answer:
    steps = [step for step in row.record.steps if step.phase == "upgrade"]
    if row.figures["upgrade"].value == 0:
        return Answer(NO, _("its upgrade failed when it was tried"))
    for step in steps:
        if step.manager:
            return Answer(YES, _("updates by %(command)s"), {"command": step.command})
    if steps:
        return Answer(NO, _("is updated by hand: %(command)s"), {"command": steps[0].command})
    return Answer(NO, _("has no step for an upgrade"))


def _services(row: Row) -> Answer:
    services = row.record.services
    if len(services) > 1:
        return Answer(YES, _("brings %(services)s"), {"services": ", ".join(services)})
    return Answer(NO, _("delivers the application alone"))


def _rootless(row: Row) -> Answer:
    typed = list(_typed(row))
    if not typed:
        return Answer(UNKNOWN, _("its commands are not known"))
    for step in typed:
        if step.root:
            return Answer(NO, _("needs root for: %(command)s"), {"command": step.command})
    return Answer(YES, _("no command needs root"))


def _typed(row: Row) -> Iterator[StepRecord]:
    return (step for step in row.record.steps if step.phase in BEFORE)


REQUIREMENTS = (
    Requirement("debian", _("Debian or Ubuntu"), system("debian"), "system"),
    Requirement("rhel", _("RHEL, Fedora or SUSE"), system("rhel"), "system"),
    Requirement("mixed", _("a mix of both"), system(*FAMILIES), "system"),
    Requirement("unknown", _("not known yet"), system(*FAMILIES), "system"),
    Requirement("offline", _("The target has no internet"), _offline),
    Requirement("isolated", _("The app must be isolated from the host"), _isolated),
    Requirement("updates", _("Updates come by the system's own tool"), _updates),
    Requirement("services", _("Several services and a database"), _services),
    Requirement("rootless", _("No root on the target"), _rootless),
)


STATES = {YES: _("yes"), NO: _("no"), UNKNOWN: _("not known")}


@dataclass(frozen=True)
class Chooser:
    """All requirements and orders, and what each format answers."""

    view: Overview
    words: Words

    @property
    def systems(self) -> list[tuple[str, str]]:
        """The systems that a target may be, as key and title."""
        return [(each.key, self.words.say(each.title)) for each in _grouped("system")]

    @property
    def wishes(self) -> list[tuple[str, str]]:
        """What can be required beside the system, as key and title."""
        return [(each.key, self.words.say(each.title)) for each in _grouped("")]

    @property
    def orders(self) -> list[tuple[str, str]]:
        """By what the remaining formats can be ranked, as key and title."""
        return [
            (column.key, self.words.say(column.wish.text if column.wish else column.title))
            for column in orders(self.view)
        ]

    @cached_property
    def answers(self) -> dict[str, dict[str, tuple[str, str]]]:
        """By format and requirement: the answer's state and its reason in words."""
        return {
            row.id: {key: (one.state, self._reason(one)) for key, one in answers(row).items()}
            for row in self.view.rows
        }

    @cached_property
    def missing(self) -> dict[str, str]:
        """Formats that were not built, and why."""
        return {
            row.id: next(iter(self.answers[row.id].values()))[1]
            for row in self.view.rows
            if not row.ok
        }

    def state(self, state: str) -> str:
        """A state in words."""
        return self.words.say(STATES[state])

    def data(self) -> dict[str, Any]:
        """What the page's script needs to narrow and rank."""
        return {"formats": [self._format(row) for row in self.view.rows]}

    def _format(self, row: Row) -> dict[str, Any]:
        figures = [(each, row.figures[each.key]) for each in orders(self.view)]
        ranks = {each.key: (figure.value, self._rank(each, figure)) for each, figure in figures}
        return {
            "name": row.id,
            "anchor": f"{self.words.language}-{row.anchor}",
            "missing": self.missing.get(row.id, ""),
            "answers": self.answers[row.id] if row.ok else {},
            "ranks": ranks,
        }

    def _rank(self, column: Column, figure: Figure) -> str:
        if figure.value is None:
            return figure_text(column, figure, self.words)
        return spoken_text(column, figure.value, self.words)

    def _reason(self, answer: Answer) -> str:
        values = {key: brief(self.words.say(value)) for key, value in answer.values.items()}
        return self.words.say(answer.message) % values


def _grouped(group: str) -> list[Requirement]:
    return [each for each in REQUIREMENTS if each.group == group]
