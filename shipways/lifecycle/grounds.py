"""The targets: which clean machines there are, and which formats go where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shipways.errors import UsageError
from shipways.formats import Format
from shipways.project import Project

# What a common installation of Debian has besides: the machine on which `offline` is tried.
COMMON = ("ca-certificates", "openssl", "python3", "tzdata", "xz-utils")


@dataclass(frozen=True)
class Ground:
    """One kind of clean machine."""

    id: str
    role: str  # of its image
    family: str  # debian | rhel: the kind of system that it stands for
    tools: Sequence[str]  # what the first command of an installation calls here
    common: Sequence[str] = ()  # packages that such a system commonly has


GROUNDS = {
    ground.id: ground
    for ground in (
        Ground("debian:13", "debian:13+systemd", "debian", ("apt-get",), COMMON),
        Ground("debian:12", "debian:12+systemd", "debian", ("apt-get",), COMMON),
        Ground("rpm", "rpm+systemd", "rhel", ("dnf",)),
        Ground("docker", "debian:13+docker", "", ("docker",)),
    )
}


def choose(names: Sequence[str]) -> list[Ground]:
    """The targets of these names; none named means all."""
    unknown = [name for name in names if name not in GROUNDS]
    if unknown:
        raise UsageError(
            f"There is no target {unknown[0]!r}.", hint=f"Targets are: {', '.join(GROUNDS)}."
        )
    return [GROUNDS[name] for name in dict.fromkeys(names or GROUNDS)]


def fits(wanted: Format, ground: Ground, project: Project) -> bool:
    """Whether a format goes to a target: by what it says, else by the command it begins with."""
    said: Sequence[str] = getattr(wanted, "targets", ())
    if said:
        return ground.id in said
    steps = [step for step in wanted.steps(project) if step.phase in ("prerequisite", "install")]
    return bool(steps) and steps[0].command.split()[0] in ground.tools
