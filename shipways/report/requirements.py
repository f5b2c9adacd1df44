"""Which format fits: what a person may require, and each format's answer with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shipways.claims.isolation import MILD, PROBES
from shipways.report.overview import Overview, Row
from shipways.report.systems import FAMILIES, NO, UNKNOWN, YES, Answer, system
from shipways.results import BEFORE, StepRecord
from shipways.util.messages import mark as _

ORDERS = (
    "commands",
    "transfer_bytes",
    "artifact_bytes",
    "first_response_s",
    "footprint_bytes",
    "warm_s",
)


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


def orders(view: Overview) -> tuple[str, ...]:
    """Columns by which formats can be ranked: those in which anything was measured."""
    return tuple(
        key for key in ORDERS if any(row.figures[key].value is not None for row in view.rows)
    )


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
