"""pylock.toml and pylock.NAME.toml (PEP 751), and the lock that this program makes.

https://packaging.python.org/en/latest/specifications/pylock-toml/
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.markers import Marker
from packaging.pylock import Package, PackageSdist, PackageWheel, Pylock, PylockValidationError
from packaging.requirements import Requirement

from shipways.errors import LockMismatch
from shipways.project.locks import base, project_requirements
from shipways.project.locks.base import Asked, Locked, Names
from shipways.project.locks.conditions import narrowed
from shipways.project.pin import File, Origin, Pin
from shipways.project.pyproject import below

NAMES: Names = ("pylock.toml", "pylock.*.toml", "shipways.lock")
AGAIN = "uv export --format pylock.toml -o {}"
OURS = "remove {} and build again"
STRONG = ("sha256", "sha384", "sha512")


def finds(root: Path, names: Names = NAMES[:2]) -> Path | None:
    """The unnamed lock before named ones. Ours is asked for by its name."""
    return base.first(root, names)


def read(path: Path, root: Path, asked: Asked = base.NOTHING) -> Locked:
    """The packages that apply with these extras and groups, and without the project itself."""
    data = base.table(path)
    again = AGAIN.format(path.name)
    try:
        lock = Pylock.from_dict(data)
    except PylockValidationError as error:
        raise LockMismatch(f"{path}: {error}.", hint=f"Make it anew: {again}") from None
    if lock.extras is not None:  # without the list, what was asked for when it was made is in it
        base.unknown(path, "extra", asked.extras, lock.extras)
    if lock.dependency_groups is not None:
        base.unknown(path, "group", asked.groups, lock.dependency_groups)
    groups = asked.groups or tuple(lock.default_groups or ())
    ours = below(data, "tool", "shipways", "requirements")
    return Locked(
        path=path,
        kind="pylock",
        pins=tuple(_pins(path, root, lock, asked.extras, groups)),
        direct=project_requirements.of(root, asked),
        requires_python=str(lock.requires_python or ""),
        again=OURS.format(path.name) if ours is not None else again,
        inputs=tuple(map(str, ours or ())),
    )


def _pins(path: Path, root: Path, lock: Pylock, extras: Names, groups: Names) -> Iterator[Pin]:
    for package in lock.packages:
        marker = narrowed(str(package.marker or ""), extras, groups)
        if package.directory:
            if (path.parent / package.directory.path).resolve() != root.resolve():
                raise base.local(path, package.name, package.directory.path)
        elif marker is not None:
            yield _pin(path, package, marker)


def _pin(path: Path, package: Package, marker: str) -> Pin:
    files = tuple(_files(package))
    archive = package.archive
    hashes = {file.hash for file in files}
    if archive:
        if not archive.url:
            raise base.local(path, package.name, str(archive.path))
        hashes = {digest for name, digest in archive.hashes.items() if name in STRONG}
    return Pin(
        name=package.name,
        version=str(package.version or ""),
        hashes=frozenset(hashes),
        marker=str(Marker(marker)) if marker else "",
        files=files,
        origin=_origin(path, package),
        requires=tuple(Requirement(str(each["name"])) for each in package.dependencies or ()),
    )


def _files(package: Package) -> Iterator[File]:
    distributions: list[PackageWheel | PackageSdist] = [*(package.wheels or ())]
    distributions += [package.sdist] if package.sdist else []
    for each in distributions:
        name = each.name or unquote(urlsplit(each.url or each.path or "").path.rpartition("/")[2])
        for algorithm in STRONG:
            if algorithm in each.hashes:
                yield File(name, each.hashes[algorithm].lower(), each.url or "")


def _origin(path: Path, package: Package) -> Origin | None:
    if package.archive:
        return Origin(package.archive.url or "", subdirectory=package.archive.subdirectory or "")
    vcs = package.vcs
    if not vcs:
        return None
    if not vcs.url:
        raise base.local(path, package.name, str(vcs.path))
    return Origin(vcs.url, vcs.type, vcs.commit_id, vcs.subdirectory or "")
