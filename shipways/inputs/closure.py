"""Whether what is there is what was asked for: distributions with their versions, both ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from packaging.requirements import Requirement
from packaging.version import Version

from shipways.errors import LockMismatch
from shipways.inputs.wheel_file import Wheel
from shipways.project import unmet
from shipways.project.lockfile import again
from shipways.project.model import Project
from shipways.project.pin import Pin

Found = tuple[str, Version]  # a distribution's normalized name, and its version


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


def check_project(project: Project, locked: Iterable[Pin], pythons: Sequence[str]) -> None:
    """The lock has to hold every dependency of the project, in a version that it admits.

    `pythons` are releases, such as "3.12.0". Raises `LockMismatch`.
    """
    entries = list(locked)
    for python in pythons:
        held = {entry.name: entry for entry in entries if entry.applies(python)}
        for problem in unmet.problems(map(Requirement, project.dependencies), held, python):
            raise _mismatch(project, problem, python)


def check_wheels(
    project: Project, app: Wheel, wheels: Iterable[Wheel], pythons: Sequence[str]
) -> None:
    """All that the app and its wheels require has to be among the wheels, extras included.

    What a lock holds besides is what somebody wanted there. Raises `LockMismatch`.
    """
    held = {wheel.name: wheel for wheel in wheels}
    for python in pythons:
        for problem in unmet.problems(app.requires, held, python):
            raise _mismatch(project, problem, python)


def _mismatch(project: Project, problem: str, python: str) -> LockMismatch:
    minor = ".".join(python.split(".")[:2])
    return LockMismatch(f"{project.lock}: {problem} (on Python {minor}).", hint=again(project.lock))
