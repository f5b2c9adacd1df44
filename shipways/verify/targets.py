"""The targets: which clean machines there are, and which formats go where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shipways.errors import UsageError
from shipways.formats import Format
from shipways.formats.base import CONTAINED
from shipways.project.model import Project
from shipways.results import BEFORE

# What a common installation of Debian has besides: the machine on which `offline` is tried.
COMMON = ("ca-certificates", "openssl", "python3", "tzdata", "xz-utils")


@dataclass(frozen=True)
class Target:
    """One kind of clean machine."""

    id: str
    role: str  # of its image
    family: str  # debian | rhel: the kind of system that it stands for
    manager: str  # what installs its packages
    engine: bool = False  # runs containers
    common: Sequence[str] = ()  # packages that such a system commonly has


TARGETS = {
    target.id: target
    for target in (
        Target("debian:13", "debian:13+systemd", "debian", "apt", common=COMMON),
        Target("debian:12", "debian:12+systemd", "debian", "apt", common=COMMON),
        Target("rpm", "rpm+systemd", "rhel", "dnf"),
        Target("docker", "debian:13+docker", "", "apt", engine=True),
    )
}


def choose(names: Sequence[str]) -> list[Target]:
    """The targets of these names; none named means all."""
    unknown = [name for name in names if name not in TARGETS]
    if unknown:
        raise UsageError(
            f"There is no target {unknown[0]!r}.", hint=f"Targets are: {', '.join(TARGETS)}."
        )
    return [TARGETS[name] for name in dict.fromkeys(names or TARGETS)]


def fits(wanted: Format, target: Target, project: Project) -> bool:
    """Whether a format goes to a target: containers to an engine, others where their steps can be
    typed, and of those to what the format names, where it names any."""
    contained = wanted.kind in CONTAINED
    if contained or target.engine:
        return contained and target.engine
    called = {step.manager for step in wanted.printed(project) if step.phase in BEFORE}
    return called <= {target.manager, ""} and (not wanted.targets or target.id in wanted.targets)
