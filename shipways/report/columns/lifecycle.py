"""What came after the installation: upgrade, rollback, removal, on every target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from shipways.report.columns.base import Column
from shipways.report.columns.reading import flag
from shipways.report.figure import Figure, Seen, Source
from shipways.results import TargetRecord
from shipways.util.messages import mark as _


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
        return Figure(flag(ok), source=_source(name, target, phases))

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


def _source(name: str, target: TargetRecord, phases: Sequence[str]) -> Source:
    typed = [step for step in target.steps if step.phase in phases]
    own = [step for step in typed if PurePosixPath(step.log).stem in phases]
    ran = own or typed  # the same steps may have been typed for another phase as well
    logs = tuple(dict.fromkeys(step.log for step in ran if step.log))
    tried = [phase for phase in phases if isinstance(target.lifecycle.get(phase), bool)]
    notes = tuple(target.notes[phase] for phase in tried if target.notes.get(phase))
    typed_once = tuple(dict.fromkeys(step.command for step in ran))
    return Source(typed_once, logs, target=name, notes=notes)


def passed(seen: Seen) -> Figure:
    """Targets on which everything held, of those that were not skipped."""
    tried = [target for target in seen.record.targets.values() if target.status != "skipped"]
    if not tried:
        return Figure()
    passed = sum(target.status == "ok" for target in tried)
    results = tuple((name, target.status) for name, target in seen.record.targets.items())
    text = f"{passed}/{len(tried)}"
    return Figure(passed / len(tried), text=text, source=Source(results=results))


UPGRADE = Column(
    "upgrade",
    _("Upgrade"),
    "flag",
    phase("upgrade"),
    _("a newer version over this one, data kept"),
    better="more",
    installed=True,
)
ROLLBACK = Column(
    "rollback",
    _("Rollback"),
    "flag",
    phase("rollback"),
    _("back to the version before, data kept"),
    better="more",
    installed=True,
)
REMOVAL = Column(
    "removal",
    _("Clean removal"),
    "flag",
    removal,
    _("nothing is left after remove and purge"),
    better="more",
    installed=True,
)
PASSED = Column(
    "passed",
    _("Targets passed"),
    "share",
    passed,
    _("targets on which everything held, of those tried"),
    installed=True,
    brief=True,
)
