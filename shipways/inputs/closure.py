"""Whether what is there is what was asked for: distributions with their versions, both ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from shipways.errors import LockMismatch
from shipways.inputs.wheel_file import Wheel
from shipways.project.lockfile import Locked, again
from shipways.project.model import Project
from shipways.project.python_versions import environment

Found = tuple[str, Version]  # a distribution's normalized name, and its version
PROJECT = "the project"


def differences(wanted: Iterable[Found], found: Iterable[Found]) -> list[str]:
    """What is missing, too much, there twice or in another version, a sentence for each."""
    expected, there = dict(wanted), defaultdict[str, list[Version]](list)
    for name, version in found:
        there[name].append(version)
    missing = [f"{name} {expected[name]} is missing" for name in expected if name not in there]
    wrong = (_difference(name, expected.get(name), versions) for name, versions in there.items())
    return sorted([*missing, *filter(None, wrong)])


def _difference(name: str, wanted: Version | None, versions: Sequence[Version]) -> str:
    if wanted is None:
        return f"{name} {versions[0]} was not asked for"
    if len(versions) > 1:
        return f"{name} is there {len(versions)} times"
    return "" if versions[0] == wanted else f"{name} is {versions[0]}, not {wanted}"


def check_project(project: Project, locked: Iterable[Locked], pythons: Sequence[str]) -> None:
    """The lock has to hold every dependency of the project, in a version that it admits.

    `pythons` are releases, such as "3.12.0". Raises `LockMismatch`.
    """
    entries = list(locked)
    for python in pythons:
        held = {entry.name: Version(entry.version) for entry in entries if entry.applies(python)}
        for requirement in map(Requirement, project.dependencies):
            if _binds(requirement, python, ""):
                problem = _problem(requirement, held, PROJECT)
                if problem:
                    raise _mismatch(project, problem, python)


def check_wheels(
    project: Project, app: Wheel, wheels: Iterable[Wheel], pythons: Sequence[str]
) -> None:
    """All that the app and its wheels require has to be among the wheels, extras included.

    What a lock holds besides is what somebody wanted there. Raises `LockMismatch`.
    """
    held = {wheel.name: wheel for wheel in wheels}
    for python in pythons:
        for problem in _problems(app, held, python):
            raise _mismatch(project, problem, python)


def _problems(app: Wheel, held: Mapping[str, Wheel], python: str) -> Iterator[str]:
    """Walk from the app along all requirements that bind on a release of Python."""
    versions = {name: wheel.version for name, wheel in held.items()}
    waiting = [(requirement, "", PROJECT) for requirement in app.requires]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra, by = waiting.pop()
        if not _binds(requirement, python, extra):
            continue
        problem = _problem(requirement, versions, by)
        if problem:
            yield problem
            continue
        wheel = held[canonicalize_name(requirement.name)]
        for wanted in {"", *map(canonicalize_name, requirement.extras)}:
            if (wheel.name, wanted) not in seen:
                seen.add((wheel.name, wanted))
                name = f"{wheel.name}[{wanted}]" if wanted else wheel.name
                waiting += [(each, wanted, name) for each in wheel.requires]


def _binds(requirement: Requirement, python: str, extra: str) -> bool:
    marker = requirement.marker
    return marker is None or marker.evaluate({**environment(python), "extra": extra})


def _problem(requirement: Requirement, held: Mapping[str, Version], by: str) -> str:
    """Why a requirement is not met, or ""."""
    version = held.get(canonicalize_name(requirement.name))
    if version is None:
        return f"does not hold {requirement.name}, which {by} depends on"
    if not requirement.specifier.contains(version, prereleases=True):
        return f"holds {requirement.name} {version}, but {by} wants {requirement}"
    return ""


def _mismatch(project: Project, problem: str, python: str) -> LockMismatch:
    minor = ".".join(python.split(".")[:2])
    return LockMismatch(f"{project.lock}: {problem} (on Python {minor}).", hint=again(project.lock))
