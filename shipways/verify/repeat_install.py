"""Installs an artifact again and again on fresh machines, to know by how much its times vary."""

from __future__ import annotations

from pathlib import Path

from shipways.machines import image_cache
from shipways.results import TYPED, Target
from shipways.util.measure import median
from shipways.verify import scenario
from shipways.verify.delivery import Delivery
from shipways.verify.step_runner import Typist
from shipways.verify.targets import Ground


def repeat(
    target: Target, now: Delivery, ground: Ground, dist: Path, logs: Path, source: str, runs: int
) -> None:
    """Make `runs` installations in all, the first being the one in `target`; medians count there.

    Times are seconds. A target that failed is left as it is: its times mean nothing.
    """
    if target.status != "ok" or target.install_s is None or target.first_response_s is None:
        return
    seen = [(target.install_s, target.first_response_s)]
    for number in range(2, runs + 1):
        seen.append(once(now, ground, dist, logs, source, f"install-{number}"))
    target.install_runs, target.first_response_runs = map(list, zip(*seen, strict=True))
    target.install_s = median(target.install_runs)
    target.first_response_s = median(target.first_response_runs)


def once(
    now: Delivery, ground: Ground, dist: Path, logs: Path, source: str, log: str
) -> tuple[float, float]:
    """One installation on a fresh machine: seconds of its commands, and to the first response."""
    with scenario.scene(image_cache.ensure(ground.role, source), now, source) as (root, guest):
        scenario.prepare(root, now)
        typist = Typist(root, logs, dist)
        answered = scenario.first_response(now, guest, typist, log, scenario.PREPARE_S * 3)
        took = sum(step.seconds for step in typist.record if step.phase in TYPED)
        return took, answered
