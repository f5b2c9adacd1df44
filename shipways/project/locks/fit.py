"""Whether a lock fits what it locks: older than that, or for other Pythons, it is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from shipways.errors import LockMismatch
from shipways.project import unmet
from shipways.project.locks.base import Locked, Names
from shipways.project.pin import Pin
from shipways.project.python_versions import Pythons

COMMIT = re.compile(r"@([0-9a-f]{40})")


def check(locked: Locked, requires_python: str, source: Locked | None = None) -> None:
    """Each direct requirement is held, with its extras, on every Python that is promised.

    `source` is what a lock of ours was made from, as it is now. Raises `LockMismatch` that says
    what is missing.
    """
    direct = source.direct if source else locked.direct
    for python in Pythons(requires_python).environments:
        if not SpecifierSet(locked.requires_python).contains(python, prereleases=True):
            raise _wrong(
                locked,
                f"it is for Python {locked.requires_python}, and {python} is promised",
                "Narrow requires-python, or lock for all of it: {}",
            )
        for problem in _problems(locked, direct, python):
            minor = ".".join(python.split(".")[:2])
            raise _wrong(locked, f"it {problem} (on Python {minor})", "Lock again: {}")
    if locked.stale:
        raise _wrong(locked, locked.stale, "Lock again: {}")
    if source:
        _check_inputs(locked, source)


def inputs(source: Locked, extra: Iterable[str] = ()) -> Names:
    """What a lock of ours is made from, a line each: what is asked for, or another lock's pins."""
    if source.is_locked:
        lines = [pin.stated for pin in source.pins]
    else:
        lines = [*map(str, source.direct), *(f"-c {each}" for each in source.constraints)]
    return tuple(sorted({*lines, *(f"+ {each}" for each in extra)}))


def _problems(locked: Locked, direct: Iterable[Requirement], python: str) -> Iterator[str]:
    held = {pin.name: pin for pin in locked.pins if pin.applies(python)}
    yield from unmet.problems(direct, held, python)
    for requirement in direct:
        pin = held.get(canonicalize_name(requirement.name))
        if (
            pin
            and requirement.url
            and unmet.binds(requirement, python)
            and _moved(requirement, pin)
        ):
            yield f"holds {pin.name} from elsewhere than where the project wants it from"


def _moved(requirement: Requirement, pin: Pin) -> bool:
    """Whether an address, or the commit that it names, is another one than the pin's."""
    if not pin.origin:
        return True
    stated = str(requirement.url).partition("#")[0]
    _, same, behind = stated.partition(pin.origin.url)
    named = COMMIT.fullmatch(behind)
    return not same or bool(named and named[1] != pin.origin.commit)


def _check_inputs(locked: Locked, source: Locked) -> None:
    """What was added for the server begins with "+" and is nobody's to ask for."""
    before = {line for line in locked.inputs if not line.startswith("+ ")}
    now = set(inputs(source))
    added, gone = sorted(now - before), sorted(before - now)
    if added:
        raise _wrong(locked, f"it does not lock {', '.join(added)}", "Lock again: {}")
    if gone:
        raise _wrong(locked, f"it locks {', '.join(gone)} still", "Lock again: {}")


def _wrong(locked: Locked, problem: str, hint: str) -> LockMismatch:
    return LockMismatch(f"{locked.path}: {problem}.", hint=hint.format(locked.again))
