"""poetry.lock, of Poetry 1.1 to 2: the packages of all groups and extras.

Which of them are needed is found along their dependencies; since 2.0 (lock version 2.1) each says
where it applies, before that only those that lead to it do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from shipways.project.locks import base, graph, project_requirements
from shipways.project.locks.base import Asked, Locked, Names
from shipways.project.locks.conditions import narrowed
from shipways.project.locks.poetry_table import specifier
from shipways.project.pin import File, Origin, Pin
from shipways.project.pyproject import below

NAMES: Names = ("poetry.lock",)
AGAIN = "poetry lock"
OLD_KEYS = ("dependencies", "source", "extras", "dev-dependencies")  # hashed though they be absent
PROJECT_KEYS = ("requires-python", "dependencies", "optional-dependencies")


class Package(msgspec.Struct, frozen=True, rename="kebab"):
    """Of `[[package]]`, what is read here."""

    name: str
    version: str
    groups: tuple[str, ...] = ()
    markers: str | dict[str, str] = ""
    files: tuple[dict[str, str], ...] = ()
    dependencies: dict[str, Any] = {}
    extras: dict[str, tuple[str, ...]] = {}
    source: dict[str, str] = {}


class Metadata(msgspec.Struct, frozen=True, rename="kebab"):
    """Of `[metadata]`. Before lock version 2 the files stand here."""

    content_hash: str = ""
    python_versions: str = "*"
    files: dict[str, tuple[dict[str, str], ...]] = {}


class Lock(msgspec.Struct, frozen=True):
    """The file."""

    metadata: Metadata
    package: tuple[Package, ...] = ()


def finds(root: Path, names: Names = NAMES) -> Path | None:
    """poetry.lock itself."""
    return base.first(root, names)


def read(path: Path, root: Path, asked: Asked = base.NOTHING) -> Locked:
    """What the project needs of it. Raises `LockMismatch` for a dependency in a local folder."""
    lock = base.convert(path, base.table(path), Lock, AGAIN)
    direct = project_requirements.of(root, asked)
    told = tuple(_pins(lock, asked))
    marked = any(package.groups for package in lock.package)
    found = graph.reached(direct, told)
    if marked:  # by Poetry, which knows what a package's markers and ranges leave of each other
        markers = {(pin.name, pin.version): pin.marker for pin in told}
        found = tuple(replace(pin, marker=markers[pin.name, pin.version]) for pin in found)
    base.check_local(path, found)
    return Locked(
        path=path,
        kind="poetry_lock",
        pins=found,
        direct=direct,
        requires_python=specifier(lock.metadata.python_versions),
        stale=_stale(root, lock.metadata.content_hash),
        again=AGAIN,
    )


def _pins(lock: Lock, asked: Asked) -> Iterator[Pin]:
    """Those of the groups asked for, where the lock knows groups; else all."""
    groups = {"main", *map(canonicalize_name, asked.groups)}
    for package in lock.package:
        mine = [name for name in package.groups if canonicalize_name(name) in groups]
        if package.groups and not mine:
            continue
        marker = _marker(package, mine, asked)
        if marker is not None:
            yield _pin(package, lock.metadata, marker)


def _marker(package: Package, groups: list[str], asked: Asked) -> str | None:
    """The package's own marker: one for all groups, or one a group, any of which is enough."""
    if isinstance(package.markers, str):
        return narrowed(package.markers, asked.extras)
    left = [narrowed(package.markers.get(name, ""), asked.extras) for name in groups]
    if "" in left:
        return ""
    told = [each for each in left if each is not None]
    return " or ".join(f"({each})" for each in told) if told else None


def _pin(package: Package, metadata: Metadata, marker: str) -> Pin:
    listed = package.files or metadata.files.get(package.name, ())
    files = tuple(
        File(each.get("file", ""), digest, each.get("url", ""))
        for each in listed
        for digest in base.digests([each.get("hash", "")])
    )
    return Pin(
        name=canonicalize_name(package.name),
        version=package.version,
        hashes=frozenset(file.hash for file in files),
        marker=marker,
        files=files,
        origin=_origin(package.source),
        requires=tuple(_requires(package)),
    )


def _origin(source: Mapping[str, str]) -> Origin | None:
    kind, url = source.get("type", ""), source.get("url", "")
    below = source.get("subdirectory", "")
    if kind in ("git", "hg"):
        return Origin(url, kind, source.get("resolved_reference", ""), below)
    if kind == "url":
        return Origin(url, subdirectory=below)
    return Origin(url, base.LOCAL) if kind in ("directory", "file") else None


def _requires(package: Package) -> Iterator[Requirement]:
    """As PEP 508 writes it; a range that it cannot say is any version."""
    for name, said in package.dependencies.items():
        for each in said if isinstance(said, list) else [said]:
            fields = each if isinstance(each, dict) else {"version": str(each)}
            marker = str(fields.get("markers", ""))
            if not fields.get("optional") or "extra" in marker:
                yield _requirement(name, fields, marker)
                continue
            for extra in _extras_with(package, name):
                own = f'extra == "{extra}"'
                yield _requirement(name, fields, f"({marker}) and {own}" if marker else own)


def _requirement(name: str, fields: Mapping[str, Any], marker: str) -> Requirement:
    extras = f"[{','.join(fields['extras'])}]" if fields.get("extras") else ""
    where = f" ; {marker}" if marker else ""
    try:
        return Requirement(f"{name}{extras}{specifier(str(fields.get('version', '*')))}{where}")
    except InvalidRequirement:  # markers that only Poetry knows
        return Requirement(f"{name}{extras}")


def _extras_with(package: Package, name: str) -> Iterator[str]:
    """The extras of a package that list an optional dependency (before lock version 2.1)."""
    for extra, lines in package.extras.items():
        names = (re.match(r"[\w.-]+", line) for line in lines)
        if any(found and canonicalize_name(found[0]) == canonicalize_name(name) for found in names):
            yield canonicalize_name(extra)


def _stale(root: Path, stated: str) -> str:
    """Poetry hashes what it locks; which keys, has changed with its versions."""
    data = base.table(root / "pyproject.toml")
    known = {_content_hash(data, groups=groups, group=group) for groups, group in CONTENTS}
    return "" if not data or stated in known else "pyproject.toml has changed since it was made"


CONTENTS = ((True, True), (False, True), (False, False))


def _content_hash(data: Mapping[str, Any], *, groups: bool, group: bool) -> str:
    """With `[dependency-groups]` (since 2.2) or not, with Poetry's own `group` or not (1.1)."""
    stated = data.get("project") or {}
    project = {key: stated[key] for key in PROJECT_KEYS if stated.get(key) is not None}
    standard = data.get("dependency-groups") if groups else None
    poetry = below(data, "tool", "poetry") or {}
    keys = (*OLD_KEYS, *(["group"] if group else []))
    old = not project and not standard
    table = {
        key: poetry.get(key)
        for key in keys
        if poetry.get(key) is not None or (old and key in OLD_KEYS)
    }
    content: dict[str, Any] = {"project": project} if project else {}
    content |= {"dependency-groups": standard} if standard else {}
    content = {**content, "tool": {"poetry": table}} if content else table
    return sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
