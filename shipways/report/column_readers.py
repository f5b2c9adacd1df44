"""How each figure is read from a format's record. One that was not measured stays absent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import PurePosixPath

from shipways.report.figure import Detail, Figure, Seen, Source
from shipways.results import TYPED, StepRecord, StepResult, TargetRecord, was_installed
from shipways.util.measure import median
from shipways.util.messages import mark as _

PARTS = 5  # of an artifact are told


def artifact(seen: Seen) -> Figure:
    files = seen.record.artifacts
    if not files:
        return Figure(offered=seen.record.status != "ok")
    listed = tuple((file.path, file.sha256) for file in files)
    largest = sorted(seen.record.contents.items(), key=lambda part: -part[1])[:PARTS]
    return Figure(
        float(files[0].bytes),
        source=Source(files=listed, tool=_builder(seen), parts=tuple(largest)),
        details=_details((_("unpacked: %(value)s"), "bytes", files[0].installed_bytes)),
    )


def built(value: str, runs: str) -> Callable[[Seen], Figure]:
    def read(seen: Seen) -> Figure:
        build = seen.record.build
        each = tuple(getattr(build, runs)) if runs else ()
        figure = getattr(build, value)
        if figure is None and each:
            figure = median(each)
        if figure is None:
            return _unbuilt(seen)
        return Figure(figure, each, source=_build_source(seen))

    return read


def warm(seen: Seen) -> Figure:
    """The warm build, and how much of it the underlying tools took."""
    build = seen.record.build
    details = _details(
        (_("in the underlying tools: %(value)s"), "seconds", build.tool_s),
        (_("processor time: %(value)s"), "seconds", build.cpu_s),
    )
    return replace(built("warm_s", "runs")(seen), details=details)


def _unbuilt(seen: Seen) -> Figure:
    """No figure of a build: a format that is but a link has none to offer."""
    return Figure(offered=bool(seen.record.artifacts) or seen.record.status != "ok")


def _details(*told: tuple[str, str, float | None]) -> tuple[Detail, ...]:
    return tuple(Detail(message, unit, value) for message, unit, value in told if value is not None)


def _build_source(seen: Seen) -> Source:
    build = seen.record.build
    commands = (build.command,) if build.command else ()
    return Source(commands, (build.log,) if build.log else (), _builder(seen))


def _builder(seen: Seen) -> str:
    builder = seen.record.builder
    return f"{builder.tool} {builder.version}".strip() if builder else ""


def reproducible(seen: Seen) -> Figure:
    if seen.record.build.reproducible is None:
        return _unbuilt(seen)
    return Figure(_flag(seen.record.build.reproducible), source=_build_source(seen))


def lint(seen: Seen) -> Figure:
    lints = [lint for lint in seen.record.lint if not lint.skipped]
    if not lints:
        return _unbuilt(seen)
    source = Source(
        logs=tuple(lint.log for lint in lints if lint.log),
        tool=", ".join(f"{lint.tool} {lint.version}".strip() for lint in lints),
    )
    overridden = sum(lint.overridden for lint in lints)
    details = _details((_("overridden, with a reason: %(value)s"), "count", overridden or None))
    found = sum(lint.errors + lint.warnings for lint in lints)
    return Figure(float(found), source=source, details=details)


def commands(seen: Seen) -> Figure:
    steps: Sequence[StepRecord | StepResult] = seen.record.steps
    typed = tuple(step.command for step in steps if step.phase in TYPED)
    source = Source(typed, target=seen.target_name)
    before = sum(step.phase == "prerequisite" for step in seen.record.steps)
    count = len(typed) or None
    if seen.target and seen.target.commands is not None:
        before, count = seen.target.prerequisites or 0, seen.target.commands
    if count is None:
        return Figure()
    details = _details((_("prerequisites: %(value)s"), "count", before or None))
    return Figure(float(count), source=source, details=details)


def on_target(value: str, runs: str = "") -> Callable[[Seen], Figure]:
    def read(seen: Seen) -> Figure:
        if seen.target is None or not was_installed(seen.target):
            return Figure()
        figure = getattr(seen.target, value)
        each = tuple(getattr(seen.target, runs)) if runs else ()
        number = _flag(figure) if isinstance(figure, bool) else figure
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


def offline(seen: Seen) -> Figure:
    """Whether it was installed with the network cut off, which has a log of its own."""
    figure = on_target("offline")(seen)
    if figure.value is None or seen.target is None:
        return figure
    logs = tuple(str(PurePosixPath(log).with_name("offline.log")) for log in figure.source.logs)
    return replace(figure, source=replace(figure.source, logs=logs, notes=_notes(seen, "offline")))


def exposure(seen: Seen) -> Figure:
    """What systemd says of a unit; a service that is none has no such figure."""
    figure = on_target("exposure")(seen)
    if figure.value is None:
        return Figure(offered=not seen.target or "hardening" not in seen.target.lifecycle)
    logs = tuple(str(PurePosixPath(log).with_name("hardening.log")) for log in figure.source.logs)
    return replace(figure, source=Source(logs=logs, target=seen.target_name))


def user(seen: Seen) -> Figure:
    if seen.target is None or not seen.target.user:
        return Figure()
    source = Source(target=seen.target_name, notes=_notes(seen, "serve"))
    return Figure(text=seen.target.user, source=source)


def _notes(seen: Seen, *phases: str) -> tuple[str, ...]:
    told = seen.target.notes if seen.target else {}
    return tuple(told[phase] for phase in phases if told.get(phase))


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
    figure = phase("remove", "purge", "residue")(seen)
    left = max(
        (
            (target.residue_files or 0, target.residue_bytes or 0)
            for target in seen.record.targets.values()
        ),
        default=(0, 0),
    )
    return replace(figure, value=0.0, left=left) if any(left) else figure


def _phase_source(name: str, target: TargetRecord, phases: Sequence[str]) -> Source:
    typed = [step for step in target.steps if step.phase in phases]
    own = [step for step in typed if PurePosixPath(step.log).stem in phases]
    ran = own or typed  # the same steps may have been typed for another phase as well
    logs = tuple(dict.fromkeys(step.log for step in ran if step.log))
    tried = [phase for phase in phases if isinstance(target.lifecycle.get(phase), bool)]
    notes = tuple(target.notes[phase] for phase in tried if target.notes.get(phase))
    typed_once = tuple(dict.fromkeys(step.command for step in ran))
    return Source(typed_once, logs, target=name, notes=notes)


def passed(seen: Seen) -> Figure:
    tried = [target for target in seen.record.targets.values() if target.status != "skipped"]
    if not tried:
        return Figure()
    passed = sum(target.status == "ok" for target in tried)
    results = tuple((name, target.status) for name, target in seen.record.targets.items())
    text = f"{passed}/{len(tried)}"
    return Figure(passed / len(tried), text=text, source=Source(results=results))


def _flag(value: bool | None) -> float | None:
    return None if value is None else float(value)
