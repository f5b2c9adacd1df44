"""On which kinds of system a format runs: as tried on targets, else as declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shipways.report.overview import Row
from shipways.results import TargetRecord, was_installed
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
