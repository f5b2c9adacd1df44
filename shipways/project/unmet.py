"""Which requirements are not met by what is held, found along all of them, extras included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, TypeVar

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from shipways.project.python_versions import environment

PROJECT = "the project"


class Distribution(Protocol):
    """Of this much a wheel and a pin are alike. `version` may be "" where nobody knows it yet."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> Version | str: ...

    @property
    def requires(self) -> tuple[Requirement, ...]: ...


D = TypeVar("D", bound=Distribution)


def problems(
    requires: Iterable[Requirement], held: Mapping[str, D], python: str, *, by: str = PROJECT
) -> Iterator[str]:
    """A sentence for each that binds on a release of Python and is not met.

    `held` is by normalized name. A distribution that does not say what it requires ends the walk.
    """
    waiting = [(requirement, "", by) for requirement in requires]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra, by = waiting.pop()
        if not binds(requirement, python, extra):
            continue
        found = held.get(canonicalize_name(requirement.name))
        problem = _problem(requirement, found, by)
        if problem or not found:
            yield problem
            continue
        for wanted in {"", *map(canonicalize_name, requirement.extras)}:
            if (found.name, wanted) not in seen:
                seen.add((found.name, wanted))
                name = f"{found.name}[{wanted}]" if wanted else found.name
                waiting += [(each, wanted, name) for each in found.requires]


def binds(requirement: Requirement, python: str, extra: str = "") -> bool:
    """Whether its marker is true on a release of Python, for an extra of who requires it."""
    marker = requirement.marker
    return marker is None or marker.evaluate({**environment(python), "extra": extra})


def _problem(requirement: Requirement, found: Distribution | None, by: str) -> str:
    """Why a requirement is not met, or ""."""
    if found is None:
        return f"does not hold {requirement.name}, which {by} depends on"
    if found.version and not requirement.specifier.contains(found.version, prereleases=True):
        return f"holds {requirement.name} {found.version}, but {by} wants {requirement}"
    return ""
