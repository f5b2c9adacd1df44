"""Claims that the verified targets of results.json tell all about; nothing is run for them.

Each takes the formats with the one target that stands for them (report.comparison) and gives a
format's figures; a format that was not installed has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shipways.claims.judgement import PROBES, Measured
from shipways.results import (
    BEFORE,
    FormatRecord,
    Results,
    StepResult,
    Target,
    reference_targets,
    was_installed,
)

Row = dict[str, Measured]


def delivery(_record: FormatRecord, target: Target) -> Row:
    """What a clean machine receives, in bytes, and the seconds from the first command of the
    installation to the first response; the quickest and slowest where there were several runs."""
    runs = target.first_response_runs
    row: Row = {
        "transfer_bytes": target.transfer_bytes,
        "first_response_s": target.first_response_s,
        "log": _log(target),
    }
    if len(runs) > 1:
        row |= {"quickest_s": min(runs), "slowest_s": max(runs)}
    return {name: value for name, value in row.items() if value is not None}


def commands(record: FormatRecord, target: Target) -> Row:
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
        "log": _log(target),
    }


def isolation(_record: FormatRecord, target: Target) -> Row:
    """What an intruder in the app's process could do, as tried from inside it."""
    row: Row = {name: target.probes[name] for name in PROBES if name in target.probes}
    return row


def first_typed(target: Target) -> Iterator[StepResult]:
    """The steps of the first installation: later phases may type the same ones again."""
    for step in target.steps:
        if step.phase not in BEFORE:
            return
        if step.log == target.steps[0].log:
            yield step


def rows(results: Results, claim: str) -> dict[str, Row]:
    """A claim's figures of every format that was installed on a clean machine."""
    chosen = reference_targets(results)
    found = {}
    for name, record in results.formats.items():
        target = record.targets.get(chosen[name])
        if target is not None and was_installed(target):
            row = VERIFIED[claim](record, target)
            if row:
                found[name] = row
    return found


def _log(target: Target) -> str:
    """The installation's log."""
    return next((step.log for step in target.steps if step.log), "")


def evidence(results: Results, claim: str) -> str:
    """Where a claim's figures come from, as the text of its log."""
    chosen = reference_targets(results)
    parts = []
    for name, row in rows(results, claim).items():
        target = results.formats[name].targets[chosen[name]]
        parts.append(f"{name} on {chosen[name]} ({target.platform})")
        parts += [f"  {key}: {value}" for key, value in row.items()]
        parts += [f"  # {step.command}" for step in first_typed(target)]
        if claim == "isolation":
            parts.append(f"  {target.notes.get('hardening', '')}")
    return "\n".join(parts) + "\n"


VERIFIED: dict[str, Callable[[FormatRecord, Target], Row]] = {
    "delivery": delivery,
    "commands": commands,
    "isolation": isolation,
}
