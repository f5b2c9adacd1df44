"""Requirements files that lock nothing: they say what is wanted, and have to be locked."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from shipways.project import lockfile
from shipways.project.locks import base, project_requirements, requirements_file
from shipways.project.locks.base import Asked, Locked, Names
from shipways.project.locks.requirements_file import Entry, Requirements
from shipways.project.pin import Origin, Pin

NAMES: Names = (
    "requirements.lock",
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/base.txt",
    "requirements/*.txt",
    "requirements-prod*.txt",
    "requirements*.txt",
    "requirements.in",
    "requirements/*.in",
)
OTHERS = re.compile(r"dev|test|local|doc|lint|ci\b|mypy|debug", re.IGNORECASE)
COMMIT = re.compile(r"(?P<vcs>git|hg)\+(?P<url>[^#]+)@(?P<commit>[0-9a-f]{40})(#(?P<rest>.*))?")


def candidates(root: Path, names: Names) -> list[Path]:
    """Files by these patterns, without those that are for a developer's machine."""
    return [path for path in base.files(root, names) if not OTHERS.search(path.stem)]


def finds(root: Path, names: Names = NAMES) -> Path | None:
    """The one for production before others. One that is named is taken, whatever its name says."""
    alone = base.first(root, names) if len(names) == 1 else None
    return alone or next(iter(candidates(root, names)), None)


def read(path: Path, root: Path, asked: Asked = base.NOTHING) -> Locked:
    """What is wanted, and a pin for each that names one version; hashes where there are some."""
    found = requirements_file.read(path, root)
    direct = [entry.requirement for entry in found.entries]
    if found.itself is not None:
        extras = tuple(dict.fromkeys((*asked.extras, *sorted(found.itself))))
        direct += project_requirements.of(root, Asked(extras, asked.groups))
    return Locked(
        path=path,
        kind="plain_requirements",
        pins=pins(found),
        direct=tuple(dict.fromkeys(direct)),
        is_complete=False,
        indexes=found.indexes,
        constraints=tuple(found.constraints),
    )


def pins(found: Requirements) -> tuple[Pin, ...]:
    """Of those lines that can be one thing only."""
    return tuple(pin for entry in found.entries if (pin := _pin(entry)))


def _pin(entry: Entry) -> Pin | None:
    requirement = entry.requirement
    version = "" if requirement.url else lockfile.exact(requirement)
    origin = _origin(requirement)
    if not version and not origin:
        return None
    name, marker = canonicalize_name(requirement.name), str(requirement.marker or "")
    return Pin(name, version, entry.hashes, marker, entry.line, origin=origin)


def _origin(requirement: Requirement) -> Origin | None:
    """An address that is one thing: a file, or a repository at a commit."""
    url = requirement.url or ""
    found = COMMIT.fullmatch(url)
    if found:
        below = re.search(r"subdirectory=([^&]+)", found["rest"] or "")
        return Origin(found["url"], found["vcs"], found["commit"], below[1] if below else "")
    return Origin(url) if url.startswith(("https:", "http:")) else None
