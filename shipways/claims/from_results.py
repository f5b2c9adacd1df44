"""What the verified targets of results.json tell of a claim; nothing is run for that.

Of each format the one target counts that stands for it; one that was not installed has no figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipways.results import (
    BEFORE,
    Results,
    StepResult,
    TargetRecord,
    reference_targets,
    was_installed,
)

if TYPE_CHECKING:
    from shipways.claims.base import Claim, Measurements


def first_typed(target: TargetRecord) -> Iterator[StepResult]:
    """The steps of the first installation: later phases may type the same ones again."""
    for step in target.steps:
        if step.phase not in BEFORE:
            return
        if step.log == target.steps[0].log:
            yield step


def log_of(target: TargetRecord) -> str:
    """The installation's log."""
    return next((step.log for step in target.steps if step.log), "")


def rows(results: Results, claim: Claim) -> dict[str, Measurements]:
    """A claim's figures of every format that was installed on a clean machine."""
    chosen = reference_targets(results)
    found: dict[str, Measurements] = {}
    if claim.from_target is None:
        return found
    for name, record in results.formats.items():
        target = record.targets.get(chosen[name])
        if target is not None and was_installed(target):
            row = claim.from_target(record, target)
            if row:
                found[name] = row
    return found


def evidence(results: Results, claim: Claim) -> str:
    """Where a claim's figures come from, as the text of its log."""
    chosen = reference_targets(results)
    parts = []
    for name, row in rows(results, claim).items():
        target = results.formats[name].targets[chosen[name]]
        parts.append(f"{name} on {chosen[name]} ({target.platform})")
        parts += [f"  {key}: {value}" for key, value in row.items()]
        parts += [f"  # {step.command}" for step in first_typed(target)]
        parts += [f"  {note}" for note in target.notes.values()]
    return "\n".join(parts) + "\n"
