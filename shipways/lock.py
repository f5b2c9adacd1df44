"""The lock file: every dependency with its exact version and hashes, and what must hold of it.

The format is pip's requirements file in hash-checking mode, as `uv pip compile --generate-hashes`
writes it: https://pip.pypa.io/en/stable/topics/secure-installs/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from shipways.errors import HashMismatch, LockMismatch
from shipways.measure import sha256
from shipways.project import Project

_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Locked:
    """One line of the lock."""

    name: str  # normalized (PEP 503)
    version: str
    hashes: frozenset[str]  # SHA-256, hexadecimal
    marker: str = ""  # where it applies (PEP 508); a universal lock has several lines for a name

    @property
    def applies(self) -> bool:
        """Whether this Python on this machine is one that the line is for."""
        return not self.marker or Marker(self.marker).evaluate()


def read(path: Path) -> tuple[Locked, ...]:
    """All locked dependencies. Raises `LockMismatch` for a line without version or hash."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = (line.split(" #")[0].strip() for line in text.splitlines())
    return tuple(_locked(path, line) for line in lines if line and line[0] not in "#-")


def _locked(path: Path, line: str) -> Locked:
    hashes = frozenset(_HASH.findall(line))
    try:
        requirement = Requirement(line.split("--hash")[0].strip())
    except InvalidRequirement:
        raise LockMismatch(f"{path}: {line!r} is no requirement.", hint=_again(path)) from None
    pins = [spec.version for spec in requirement.specifier if spec.operator == "=="]
    if len(pins) != 1 or not hashes:
        raise LockMismatch(
            f"{path}: {requirement.name} has no exact version or no hash.", hint=_again(path)
        )
    name, marker = canonicalize_name(requirement.name), str(requirement.marker or "")
    return Locked(name, pins[0], hashes, marker)


def check_project(project: Project, locked: Iterable[Locked]) -> None:
    """The lock has to hold every dependency of the project, in a version that it admits."""
    versions = {entry.name: entry.version for entry in locked if entry.applies}
    for text in project.dependencies:
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate():
            continue
        version = versions.get(canonicalize_name(requirement.name))
        if version is None:
            problem = f"does not hold {requirement.name}, which the project depends on"
        elif not requirement.specifier.contains(version, prereleases=True):
            problem = f"holds {requirement.name} {version}, but the project wants {text}"
        else:
            continue
        raise LockMismatch(f"{project.lock}: {problem}.", hint=_again(project.lock))


def check_wheelhouse(wheels: Iterable[Path], locked: Iterable[Locked]) -> None:
    """Every wheel has to be one that the lock names, byte for byte."""
    hashes = {entry.name: entry.hashes for entry in locked if entry.applies}
    for wheel in wheels:
        name = parse_wheel_filename(wheel.name)[0]
        if sha256(wheel) not in hashes.get(name, frozenset()):
            raise HashMismatch(
                f"{wheel.name} in the wheelhouse is not the file that the lock names.",
                hint=f"Remove {wheel.parent} and build again; if it stays, do not trust it.",
            )


def _again(path: Path) -> str:
    return (
        "Lock again: uv pip compile --generate-hashes --python-version 3.10 "
        f"pyproject.toml -o {path.name}"
    )
