"""The commands are almost the same on every system."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from shipways.claims.base import Claim, Measurements
from shipways.claims.from_results import first_typed, log_of
from shipways.claims.verdict import ENGINE, Judgement, Remark, Row, Rows, number, unknown
from shipways.results import FormatRecord, TargetRecord, was_installed
from shipways.util.messages import mark as _


def from_target(record: FormatRecord, target: TargetRecord) -> Measurements:
    """How many commands a person types until it serves, prerequisites included, and how many of
    them differ between systems.

    A command differs when it was not typed, letter for letter, on every system on which the format
    was installed, or when it calls a package manager that one family of systems alone has.
    """
    installed = [each for each in record.targets.values() if was_installed(each)]
    typed = [{step.command: step.manager for step in first_typed(each)} for each in installed]
    every = {command: manager for each in typed for command, manager in each.items()}
    different = [
        command
        for command, manager in every.items()
        if manager or not all(command in each for each in typed)
    ]
    return {
        "systems": len(typed),
        "commands": len([*first_typed(target)]),
        "different_commands": len(different),
        "log": log_of(target),
    }


def judge(rows: Rows, ours: Collection[str]) -> Judgement:
    """A command differs when it was not typed on all of a format's systems, or calls the package
    manager of one family of systems, which the others do not have.

    Holds when none of a container's commands differs and it was installed on two systems or more;
    partly when none differs, but one system alone has shown it, or when fewer of its commands
    differ, as a share, than of any other format's; else fails.
    """
    shares = {name: _share(row) for name, row in rows.items()}
    known = {name: share for name, share in shares.items() if share is not None}
    own = {name: share for name, share in known.items() if name in ours}
    others = {name: share for name, share in known.items() if name not in ours}
    if not own or not others:
        return unknown("verify", rows, ours, "different_commands")
    shown = max(number(rows[name], "systems") or 0 for name in own)
    same = not any(own.values())
    fewer = max(own.values()) < min(others.values())
    verdict = "holds" if same and shown > 1 else "partly" if same or fewer else "fails"
    return Judgement(verdict, tuple(_told(rows, own, others, shown)))


def _told(
    rows: Rows, own: Mapping[str, float], others: Mapping[str, float], shown: float
) -> Iterator[Remark]:
    for name in (*own, *others):
        yield Remark(
            _("%(name)s: %(all)s, of which %(different)s differ from system to system."),
            {
                "name": ("text", name),
                "all": ("commands", rows[name]["commands"]),
                "different": ("count", rows[name]["different_commands"]),
            },
        )
    if shown < 2:
        yield Remark(_("Containers were tried on one kind of system only."))
    yield ENGINE


def _share(row: Row) -> float | None:
    """How much of a format's commands differs."""
    typed, different = number(row, "commands"), number(row, "different_commands")
    return None if not typed or different is None else different / typed


CLAIM = Claim(
    "commands",
    _("The commands are almost the same on every system."),
    judge,
    from_target=from_target,
)
