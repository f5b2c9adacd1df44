"""How each figure is read from a format's record. One that was not measured stays absent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import PurePosixPath

from shipways.measure import median
from shipways.report.figure import Figure, Seen, Source
from shipways.results import StepRecord, StepResult, Target

TYPED = ("install", "start")  # phases whose commands a person types; prerequisites count apart


def artifact(seen: Seen) -> Figure:
    files = seen.record.artifacts
    if not files:
        return Figure(offered=seen.record.status != "ok")
    listed = tuple((file.path, file.sha256) for file in files)
    return Figure(float(files[0].bytes), source=Source(files=listed, tool=_builder(seen)))


def built(value: str, runs: str) -> Callable[[Seen], Figure]:
    def read(seen: Seen) -> Figure:
        build = seen.record.build
        each = tuple(getattr(build, runs)) if runs else ()
        figure = getattr(build, value)
        if figure is None and each:
            figure = median(each)
        return Figure(figure, each, source=_build_source(seen))

    return read


def _build_source(seen: Seen) -> Source:
    build = seen.record.build
    commands = (build.command,) if build.command else ()
    return Source(commands, (build.log,) if build.log else (), _builder(seen))


def _builder(seen: Seen) -> str:
    builder = seen.record.builder
    return f"{builder.tool} {builder.version}".strip() if builder else ""


def reproducible(seen: Seen) -> Figure:
    return Figure(_flag(seen.record.build.reproducible), source=_build_source(seen))


def lint(seen: Seen) -> Figure:
    lints = seen.record.lint
    if not lints:
        return Figure()
    source = Source(
        logs=tuple(lint.log for lint in lints if lint.log),
        tool=", ".join(f"{lint.tool} {lint.version}".strip() for lint in lints),
    )
    return Figure(float(sum(lint.errors + lint.warnings for lint in lints)), source=source)


def commands(seen: Seen) -> Figure:
    steps: Sequence[StepRecord | StepResult] = seen.record.steps
    typed = tuple(step.command for step in steps if step.phase in TYPED)
    source = Source(typed, target=seen.target_name)
    if seen.target and seen.target.commands is not None:
        return Figure(float(seen.target.commands), source=source)
    return Figure(float(len(typed)), source=source) if typed else Figure()


def on_target(value: str, runs: str = "") -> Callable[[Seen], Figure]:
    def read(seen: Seen) -> Figure:
        if seen.target is None or not was_installed(seen.target):
            return Figure()
        figure = getattr(seen.target, value)
        each = tuple(getattr(seen.target, runs)) if runs else ()
        number = _flag(figure) if isinstance(figure, bool) else figure
        return Figure(number, each, source=_target_source(seen, seen.target))

    return read


def was_installed(target: Target) -> bool:
    """Whether its figures count: it may have failed at something after a good install."""
    return target.status == "ok" or target.lifecycle.get("install") is True


def first_install(target: Target) -> list[StepResult]:
    """The commands of the first install: later phases may type the same ones again."""
    phases = ("prerequisite", *TYPED)
    until = takewhile(lambda step: step.phase in phases, target.steps)
    typed = [step for step in until if step.phase in TYPED]
    return [step for step in typed if step.log == typed[0].log]


def _target_source(seen: Seen, target: Target) -> Source:
    ran = first_install(target)
    logs = dict.fromkeys(step.log for step in ran if step.log)
    return Source(tuple(step.command for step in ran), tuple(logs), target=seen.target_name)


def user(seen: Seen) -> Figure:
    if seen.target is None or not seen.target.user:
        return Figure()
    return Figure(text=seen.target.user, source=_target_source(seen, seen.target))


def phase(*phases: str) -> Callable[[Seen], Figure]:
    """A lifecycle phase over all targets: one failure anywhere is a failure."""

    def read(seen: Seen) -> Figure:
        said = [
            (name, target, target.lifecycle[each])
            for name, target in seen.record.targets.items()
            for each in phases
            if each in target.lifecycle
        ]
        tried = [(name, target, ok) for name, target, ok in said if isinstance(ok, bool)]
        if not tried:
            return Figure(offered=not said)
        name, target, ok = min(tried, key=lambda each: each[2])
        return Figure(_flag(ok), source=_phase_source(name, target, phases))

    return read


def removal(seen: Seen) -> Figure:
    """Whether remove and purge worked everywhere and left nothing."""
    figure = phase("remove", "purge")(seen)
    left = max(
        (
            (target.residue_files or 0, target.residue_bytes or 0)
            for target in seen.record.targets.values()
        ),
        default=(0, 0),
    )
    return replace(figure, value=0.0, left=left) if any(left) else figure


def _phase_source(name: str, target: Target, phases: Sequence[str]) -> Source:
    typed = [step for step in target.steps if step.phase in phases]
    own = [step for step in typed if PurePosixPath(step.log).stem in phases]
    ran = own or typed  # the same steps may have been typed for another phase as well
    logs = tuple(dict.fromkeys(step.log for step in ran if step.log))
    notes = tuple(target.notes[phase] for phase in phases if target.notes.get(phase))
    return Source(tuple(step.command for step in ran), logs, target=name, notes=notes)


def passed(seen: Seen) -> Figure:
    tried = [target for target in seen.record.targets.values() if target.status != "skipped"]
    if not tried:
        return Figure()
    passed = sum(target.status == "ok" for target in tried)
    return Figure(passed / len(tried), text=f"{passed}/{len(tried)}")


def _flag(value: bool | None) -> float | None:
    return None if value is None else float(value)
