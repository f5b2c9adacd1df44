"""pdm.lock: the packages of the groups that were locked; a package with extras stands in it again.

https://pdm-project.org/en/latest/usage/lockfile/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from shipways.project.locks import base, graph, project_requirements
from shipways.project.locks.base import Asked, Locked, Names
from shipways.project.pin import File, Origin, Pin
from shipways.project.pyproject import below

NAMES: Names = ("pdm.lock",)
AGAIN = "pdm lock -G :all"


class Package(msgspec.Struct, frozen=True):
    """Of `[[package]]`, what is read here."""

    name: str
    version: str = ""
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    marker: str = ""
    dependencies: tuple[str, ...] = ()
    files: tuple[dict[str, str], ...] = ()
    git: str = ""
    url: str = ""
    path: str = ""
    revision: str = ""
    subdirectory: str = ""


class Metadata(msgspec.Struct, frozen=True):
    """Of `[metadata]`. Before lock version 4.3 the files stand here."""

    content_hash: str = ""
    groups: tuple[str, ...] = ("default",)
    targets: tuple[dict[str, str], ...] = ()
    files: dict[str, tuple[dict[str, str], ...]] = {}


class Lock(msgspec.Struct, frozen=True):
    """The file."""

    metadata: Metadata
    package: tuple[Package, ...] = ()


def finds(root: Path, names: Names = NAMES) -> Path | None:
    """pdm.lock itself."""
    return base.first(root, names)


def read(path: Path, root: Path, asked: Asked = base.NOTHING) -> Locked:
    """What the project needs of it. Raises `LockMismatch` for a group that was not locked."""
    lock = base.convert(path, base.table(path), Lock, AGAIN)
    known = {canonicalize_name(name) for name in lock.metadata.groups}
    base.unknown(path, "group", map(canonicalize_name, (*asked.extras, *asked.groups)), known)
    direct = project_requirements.of(root, asked)
    pins = tuple(_pins(path, lock))
    found = graph.reached(direct, pins)
    if any(package.groups for package in lock.package):  # strategy "inherit_metadata"
        markers = {(pin.name, pin.version): pin.marker for pin in pins}
        found = tuple(replace(pin, marker=markers[pin.name, pin.version]) for pin in found)
    base.check_local(path, found)
    pythons = {target.get("requires_python", "") for target in lock.metadata.targets}
    return Locked(
        path=path,
        kind="pdm_lock",
        pins=found,
        direct=direct,
        requires_python=pythons.pop() if len(pythons) == 1 else "",
        stale=_stale(root, lock.metadata.content_hash),
        again=AGAIN,
    )


def _pins(path: Path, lock: Lock) -> Iterator[Pin]:
    """One a name and version; what its extras depend on is put to it."""
    merged: dict[tuple[str, str], Pin] = {}
    for package in lock.package:
        pin = _pin(path, package, lock.metadata)
        before = merged.get((pin.name, pin.version))
        if before:
            plain = before if package.extras else pin
            pin = replace(plain, requires=(*before.requires, *pin.requires))
        merged[pin.name, pin.version] = pin
    yield from merged.values()


def _pin(path: Path, package: Package, metadata: Metadata) -> Pin:
    old = metadata.files.get(f"{package.name} {package.version}", ())
    files = tuple(_files(package.files or old))
    name = canonicalize_name(package.name)
    return Pin(
        name=name,
        version=package.version,
        hashes=frozenset(file.hash for file in files),
        marker=package.marker,
        files=files,
        origin=_origin(package),
        requires=tuple(_requires(path, package, name)),
    )


def _files(listed: tuple[dict[str, str], ...]) -> Iterator[File]:
    for each in listed:
        url = each.get("url", "")
        name = each.get("file") or unquote(urlsplit(url).path.rpartition("/")[2])
        for digest in base.digests([each.get("hash", "")]):
            yield File(name, digest, url)


def _origin(package: Package) -> Origin | None:
    if package.git:
        return Origin(package.git, "git", package.revision, package.subdirectory)
    if package.url:
        return Origin(package.url, subdirectory=package.subdirectory)
    return Origin(package.path, base.LOCAL) if package.path else None


def _requires(path: Path, package: Package, own: str) -> Iterator[Requirement]:
    """With the extra as a marker; that a package with extras needs itself is no dependency."""
    for line in package.dependencies:
        requirement = base.requirement(path, line)
        if canonicalize_name(requirement.name) == own:
            continue
        for extra in package.extras or ("",):
            where = [f"({requirement.marker})"] if requirement.marker else []
            where += [f'extra == "{extra}"'] if extra else []
            stated = str(requirement).partition(";")[0]
            yield Requirement(f"{stated} ; {' and '.join(where)}" if where else stated)


def _stale(root: Path, stated: str) -> str:
    """PDM hashes what it locks."""
    data = base.table(root / "pyproject.toml")
    if not data or not stated:
        return ""
    project: Mapping[str, Any] = data.get("project") or {}
    settings: Mapping[str, Any] = below(data, "tool", "pdm") or {}
    groups = {canonicalize_name(k): v for k, v in (data.get("dependency-groups") or {}).items()}
    for name, lines in (settings.get("dev-dependencies") or {}).items():
        groups[canonicalize_name(name)] = [*groups.get(canonicalize_name(name), []), *lines]
    content = {
        "sources": settings.get("source", []),
        "dependencies": project.get("dependencies", []),
        "dev-dependencies": groups,
        "optional-dependencies": project.get("optional-dependencies", {}),
        "requires-python": project.get("requires-python", ""),
    }
    newer = {**content, "resolution": settings.get("resolution", {})}
    older = {**content, "overrides": below(settings, "resolution", "overrides") or {}}
    texts = (json.dumps(each, sort_keys=True) for each in (newer, older))
    known = {f"sha256:{sha256(text.encode()).hexdigest()}" for text in texts}
    return "" if stated in known else "pyproject.toml has changed since it was made"
