"""A wheel as a file (PEP 427): its metadata, and the Pythons that it is for."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from shipways.errors import BuildError
from shipways.project.python_versions import FIRST, LATEST
from shipways.util.text import decode


@dataclass(frozen=True)
class Wheel:
    """What a wheel says of itself (core metadata)."""

    path: Path
    name: str  # normalized (PEP 503)
    version: Version
    requires: tuple[Requirement, ...]
    requires_python: str

    @property
    def demands(self) -> str:
        """The Pythons that it is for, by its metadata and its tags (PEP 425), as a specifier."""
        return ",".join(filter(None, (self.requires_python, _by_tags(self.path))))


def read(path: Path) -> Wheel:
    """Raises `BuildError` where this is no wheel."""
    fields = metadata(path)
    try:
        return Wheel(
            path,
            canonicalize_name(fields["Name"]),
            Version(fields["Version"]),
            tuple(map(Requirement, fields.get_all("Requires-Dist") or ())),
            _specifier(fields["Requires-Python"] or ""),
        )
    except (InvalidRequirement, TypeError, ValueError) as error:
        raise BuildError(f"{path.name}: its METADATA is wrong: {error}") from None


def metadata(path: Path) -> Message:
    """The fields of METADATA. Raises `BuildError` where this is no wheel."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = (name for name in archive.namelist() if name.count("/") == 1)
            found = next(name for name in names if name.endswith(".dist-info/METADATA"))
            return HeaderParser().parsestr(decode(archive.read(found)))
    except (zipfile.BadZipFile, StopIteration):
        raise BuildError(f"{path.name} is no wheel: it has no METADATA.") from None


def _specifier(text: str) -> str:
    """As written; one that is none does not bind, as for pip."""
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        return ""


def _by_tags(path: Path) -> str:
    """Python versions that the file's tags admit, as a specifier; "" for all."""
    tags = parse_wheel_filename(path.name)[3]
    minors = [minor for minor in range(FIRST, LATEST + 1) if tags & _supported(minor, tags)]
    if not minors:
        return "<3"
    first, last = minors[0], minors[-1]
    lowest = [f">=3.{first}"] if first > FIRST else []
    highest = [f"<3.{last + 1}"] if last < LATEST or first == last else []
    gaps = [f"!=3.{minor}.*" for minor in range(first, last) if minor not in minors]
    return ",".join([*lowest, *gaps, *highest])


def _supported(minor: int, tags: frozenset[Tag]) -> frozenset[Tag]:
    """What CPython 3.`minor` installs, on a machine that these tags are for."""
    platforms = [tag.platform for tag in tags if tag.platform != "any"]
    version = (3, minor)
    own = cpython_tags(version, platforms=platforms)
    return frozenset((*own, *compatible_tags(version, f"cp3{minor}", platforms)))
