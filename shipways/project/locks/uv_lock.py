"""uv.lock: the packages of all extras, groups and systems, with what each depends on.

uv says that the format is its own; read here is version 1, all revisions.
https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from shipways.errors import LockMismatch
from shipways.project.locks import base, graph, project_requirements
from shipways.project.locks.base import Asked, Locked, Names
from shipways.project.locks.conditions import narrowed
from shipways.project.pin import File, Origin, Pin
from shipways.project.pyproject import below

NAMES: Names = ("uv.lock",)
AGAIN = "uv lock"
ROOT = ("virtual", "editable")  # sources of the project itself and of a workspace's members


class Edge(msgspec.Struct, frozen=True):
    """One dependency of a package."""

    name: str
    version: str = ""
    extra: tuple[str, ...] = ()
    marker: str = ""


class Package(msgspec.Struct, frozen=True, rename="kebab"):
    """Of `[[package]]`, what is read here."""

    name: str
    version: str = ""
    source: dict[str, Any] = {}
    dependencies: tuple[Edge, ...] = ()
    optional_dependencies: dict[str, tuple[Edge, ...]] = {}
    dev_dependencies: dict[str, tuple[Edge, ...]] = {}
    sdist: dict[str, Any] | None = None
    wheels: tuple[dict[str, Any], ...] = ()
    metadata: dict[str, Any] = {}


class Lock(msgspec.Struct, frozen=True, rename="kebab"):
    """The file."""

    version: int
    requires_python: str = ""
    package: tuple[Package, ...] = ()


def finds(root: Path, names: Names = NAMES) -> Path | None:
    """uv.lock itself."""
    return base.first(root, names)


def read(path: Path, root: Path, asked: Asked = base.NOTHING) -> Locked:
    """What the project needs of it. Raises `LockMismatch` for a dependency in a local folder."""
    lock = base.convert(path, base.table(path), Lock, AGAIN)
    if lock.version != 1:
        raise LockMismatch(f"{path}: version {lock.version} is not known.", hint="Update Shipways.")
    own = _project(path, root, lock.package)
    edges = _asked(path, own, asked)
    pins = tuple(_pin(package, own, asked) for package in lock.package if package is not own)
    start = tuple(_requirement(edge, own, "", asked) for edge in edges)
    found = graph.reached(filter(None, start), pins)
    base.check_local(path, found)
    direct = project_requirements.of(root, asked)
    return Locked(
        path=path,
        kind="uv_lock",
        pins=found,
        direct=direct or tuple(filter(None, start)),
        requires_python=lock.requires_python,
        stale=_stale(own, root, asked),
        again=AGAIN,
    )


def _project(path: Path, root: Path, packages: Sequence[Package]) -> Package:
    """The package that the project is, by where it lies or by its name."""
    name = below(base.table(root / "pyproject.toml"), "project", "name")
    for package in packages:
        place = next((package.source[key] for key in ROOT if key in package.source), None)
        if place is None:
            continue
        named = name and canonicalize_name(str(name)) == package.name
        if named or (path.parent / place).resolve() == root.resolve():
            return package
    raise LockMismatch(f"{path} does not hold the project.", hint=f"Lock again: {AGAIN}")


def _asked(path: Path, own: Package, asked: Asked) -> list[Edge]:
    optional = {canonicalize_name(name): edges for name, edges in own.optional_dependencies.items()}
    extras = [canonicalize_name(name) for name in asked.extras]
    base.unknown(path, "extra", extras, optional)
    base.unknown(path, "group", asked.groups, own.dev_dependencies)
    edges = [*own.dependencies]
    edges += [edge for name in extras for edge in optional[name]]
    return edges + [edge for name in asked.groups for edge in own.dev_dependencies[name]]


def _requirement(edge: Edge, own: Package, extra: str, asked: Asked) -> Requirement | None:
    """An edge as PEP 508 writes it, for one of its package's extras.

    What excludes each other stands as extras with made-up names, such as "extra-6-garden-server".
    """
    names = [f"extra-{len(own.name)}-{own.name}-{name}" for name in asked.extras]
    names += [f"group-{len(own.name)}-{own.name}-{name}" for name in asked.groups]
    marker = narrowed(edge.marker, names)
    if marker is None:
        return None
    where = [f"({marker})"] if marker else []
    where += [f'extra == "{extra}"'] if extra else []
    extras = f"[{','.join(edge.extra)}]" if edge.extra else ""
    version = f"=={edge.version}" if edge.version else ""
    told = f" ; {' and '.join(where)}" if where else ""
    return Requirement(f"{edge.name}{extras}{version}{told}")


def _pin(package: Package, own: Package, asked: Asked) -> Pin:
    requires = [_requirement(edge, own, "", asked) for edge in package.dependencies]
    requires += [
        _requirement(edge, own, extra, asked)
        for extra, edges in package.optional_dependencies.items()
        for edge in edges
    ]
    files = tuple(_files(package))
    return Pin(
        name=canonicalize_name(package.name),
        version=package.version,
        hashes=frozenset(file.hash for file in files),
        files=files,
        origin=_origin(package.source),
        requires=tuple(filter(None, requires)),
    )


def _files(package: Package) -> Iterator[File]:
    for file in (*package.wheels, *([package.sdist] if package.sdist else [])):
        url = str(file.get("url") or file.get("path") or package.source.get("url") or "")
        name = str(file.get("filename") or unquote(urlsplit(url).path.rpartition("/")[2]))
        for digest in base.digests([str(file.get("hash", ""))]):
            yield File(name, digest, url if "://" in url else "")


def _origin(source: Mapping[str, Any]) -> Origin | None:
    """Where a package comes from; a path stands in it too, to be refused if it is needed."""
    if "git" in source:
        parts = urlsplit(str(source["git"]))
        below = parse_qs(parts.query).get("subdirectory", [""])[0]
        return Origin(parts._replace(query="", fragment="").geturl(), "git", parts.fragment, below)
    if "url" in source:
        return Origin(str(source["url"]), subdirectory=str(source.get("subdirectory", "")))
    place = next((source[key] for key in (*ROOT, "directory", "path") if key in source), None)
    return Origin(str(place), base.LOCAL) if place is not None else None


def _stale(own: Package, root: Path, asked: Asked) -> str:
    """What the project asks for and the lock's own copy of that does not name, extras included."""
    groups = own.metadata.get("requires-dev", {}).values()
    listed = [*own.metadata.get("requires-dist", []), *(each for group in groups for each in group)]
    held = {(canonicalize_name(each["name"]), extra) for each in listed for extra in _extras(each)}
    for requirement in project_requirements.of(root, asked):
        name = canonicalize_name(requirement.name)
        for extra in ("", *map(canonicalize_name, sorted(requirement.extras))):
            if (name, extra) not in held:
                return f"it does not lock {name}[{extra}]" if extra else f"it does not lock {name}"
    return ""


def _extras(listed: Mapping[str, Any]) -> tuple[str, ...]:
    return ("", *map(canonicalize_name, listed.get("extras", ())))
