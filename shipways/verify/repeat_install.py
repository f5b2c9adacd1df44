"""Installs an artifact again and again on fresh machines, to know by how much its times vary."""

from __future__ import annotations

from pathlib import Path

from shipways.machines import image_cache
from shipways.results import TYPED, TargetRecord
from shipways.util.measure import median
from shipways.verify import scenario
from shipways.verify.delivery import Delivery
from shipways.verify.step_runner import StepRunner
from shipways.verify.targets import Target


def repeat(
    record: TargetRecord,
    now: Delivery,
    target: Target,
    dist: Path,
    logs: Path,
    source: str,
    runs: int,
) -> None:
    """Make `runs` installations in all, the first being the one in `target`; medians count there.

    Times are seconds. A target that failed is left as it is: its times mean nothing.
    """
    if record.status != "ok" or record.install_s is None or record.first_response_s is None:
        return
    seen = [(record.install_s, record.first_response_s)]
    for number in range(2, runs + 1):
        seen.append(once(now, target, dist, logs, source, f"install-{number}"))
    record.install_runs, record.first_response_runs = map(list, zip(*seen, strict=True))
    record.install_s = median(record.install_runs)
    record.first_response_s = median(record.first_response_runs)


def once(
    now: Delivery, target: Target, dist: Path, logs: Path, source: str, log: str
) -> tuple[float, float]:
    """One installation on a fresh machine: seconds of its commands, and to the first response."""
    with scenario.scene(image_cache.ensure(target.role, source), now, source) as (root, client):
        scenario.prepare(root, now)
        step_runner = StepRunner(root, logs, dist)
        answered = scenario.first_response(now, client, step_runner, log, scenario.PREPARE_S * 3)
        took = sum(step.seconds for step in step_runner.record if step.phase in TYPED)
        return took, answered
