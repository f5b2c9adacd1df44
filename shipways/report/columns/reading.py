"""How a figure is read from a format's record. One that was not measured stays absent."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from pathlib import PurePosixPath

from shipways.report.figure import Detail, Figure, Seen, Source
from shipways.results import TYPED, StepResult, TargetRecord, was_installed


def flag(value: bool | None) -> float | None:
    """Yes or no as a number."""
    return None if value is None else float(value)


def details(*told: tuple[str, str, float | None]) -> tuple[Detail, ...]:
    """Those figures beside a figure that were measured, each as message, unit and value."""
    return tuple(Detail(message, unit, value) for message, unit, value in told if value is not None)


def builder(seen: Seen) -> str:
    """The tool that built a format, with its version."""
    made = seen.record.builder
    return f"{made.tool} {made.version}".strip() if made else ""


def notes(seen: Seen, *phases: str) -> tuple[str, ...]:
    """What was seen on the target in these phases."""
    told = seen.target.notes if seen.target else {}
    return tuple(told[phase] for phase in phases if told.get(phase))


def on_target(value: str, runs: str = "") -> Callable[[Seen], Figure]:
    """Reads a figure of the target that stands for a format, and the runs behind it."""

    def read(seen: Seen) -> Figure:
        if seen.target is None or not was_installed(seen.target):
            return Figure()
        figure = getattr(seen.target, value)
        each = tuple(getattr(seen.target, runs)) if runs else ()
        number = flag(figure) if isinstance(figure, bool) else figure
        return Figure(number, each, source=_target_source(seen, seen.target, len(each)))

    return read


def first_install(target: TargetRecord) -> list[StepResult]:
    """The commands of the first install: later phases may type the same ones again."""
    phases = ("prerequisite", *TYPED)
    until = takewhile(lambda step: step.phase in phases, target.steps)
    typed = [step for step in until if step.phase in TYPED]
    return [step for step in typed if step.log == typed[0].log]


def _target_source(seen: Seen, target: TargetRecord, runs: int = 1) -> Source:
    """The commands of an installation, and the logs of as many installations as were made."""
    ran = first_install(target)
    logs = [*dict.fromkeys(step.log for step in ran if step.log)]
    beside = [PurePosixPath(log).with_name for log in logs[:1]]
    logs += [str(near(f"install-{run}.log")) for near in beside for run in range(2, runs + 1)]
    return Source(tuple(step.command for step in ran), tuple(logs), target=seen.target_name)
