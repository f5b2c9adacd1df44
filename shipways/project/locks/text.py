"""A lock as text: a requirements file with hashes, for pip; pylock.toml (PEP 751), for all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomlkit
from packaging.markers import Marker
from packaging.pylock import Package, PackageArchive, PackageSdist, PackageVcs, PackageWheel, Pylock
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from shipways.errors import LockMismatch
from shipways.project.lockfile import ALGORITHMS
from shipways.project.locks.base import Locked
from shipways.project.pin import File, Pin


def as_requirements(locked: Locked) -> str:
    """For pip's hash-checking mode: what `lockfile.read` reads, a line a pin, with its marker.

    Raises `LockMismatch` for a pin without hash, or from a repository or an address.
    """
    return "".join(f"{_line(locked.path, pin)}\n" for pin in _sorted(locked))


def as_pylock(locked: Locked) -> str:
    """Raises `LockMismatch` for a pin of which no file's address is known."""
    lock = Pylock(
        lock_version=Version("1.0"),
        created_by="shipways",
        requires_python=SpecifierSet(locked.requires_python) if locked.requires_python else None,
        packages=[_package(locked.path, pin) for pin in _sorted(locked)],
        tool={"shipways": {"requirements": list(locked.inputs)}},
    )
    lock.validate()
    return tomlkit.dumps(_multiline(dict(lock.to_dict())))


def _sorted(locked: Locked) -> list[Pin]:
    return sorted(locked.pins, key=lambda pin: (pin.name, pin.version, pin.marker))


def _line(path: Path, pin: Pin) -> str:
    if pin.origin:
        kind = "a repository" if pin.origin.vcs else "an address"
        raise LockMismatch(
            f"{path}: {pin.name} comes from {kind}, {pin.origin.url}, and what is delivered is a "
            "version that an index has.",
            hint=f"Name a released version, for example:\n    {pin.name}>={pin.version or '1.0'}\n"
            "or publish it to an index of yours and name that in pip.conf or PIP_INDEX_URL.",
        )
    if not pin.hashes:
        raise LockMismatch(
            f"{path}: {pin.name} has no hash.", hint="Lock again with a tool that writes hashes."
        )
    hashes = (f"--hash={ALGORITHMS[len(one)]}:{one}" for one in sorted(pin.hashes))
    return " \\\n    ".join((pin.stated, *hashes))


def _package(path: Path, pin: Pin) -> Package:
    fields: dict[str, Any] = {
        "name": canonicalize_name(pin.name),
        "version": Version(pin.version) if pin.version else None,
        "marker": Marker(pin.marker) if pin.marker else None,
    }
    if pin.origin and pin.origin.vcs:
        fields["vcs"] = PackageVcs(
            type=pin.origin.vcs,
            url=pin.origin.url,
            commit_id=pin.origin.commit,
            subdirectory=pin.origin.subdirectory or None,
        )
    elif pin.origin:
        fields["archive"] = PackageArchive(
            url=pin.origin.url,
            hashes={ALGORITHMS[len(one)]: one for one in pin.hashes},
            subdirectory=pin.origin.subdirectory or None,
        )
    else:
        fields |= _distributions(path, pin)
    return Package(**fields)


def _distributions(path: Path, pin: Pin) -> dict[str, Any]:
    known = [file for file in pin.files if file.url]
    if not known:
        raise LockMismatch(
            f"{path}: it does not say where the files of {pin.name} {pin.version} are.",
            hint="Lock with a tool that names their addresses, such as uv.",
        )
    wheels = [PackageWheel(**_file(file)) for file in known if file.name.endswith(".whl")]
    sdists = [PackageSdist(**_file(file)) for file in known if not file.name.endswith(".whl")]
    return {"wheels": wheels or None, "sdist": next(iter(sdists), None)}


def _file(file: File) -> dict[str, Any]:
    return {"name": file.name, "url": file.url, "hashes": {ALGORITHMS[len(file.hash)]: file.hash}}


def _multiline(data: dict[str, Any]) -> dict[str, Any]:
    """One package a table, one wheel a line: a difference of two locks is read by people."""
    packages = tomlkit.aot()
    for package in data.pop("packages", ()):
        packages.append(tomlkit.item({name: _written(value) for name, value in package.items()}))
    tool = data.pop("tool")
    requirements = _lines(tool["shipways"]["requirements"])
    return {**data, "packages": packages, "tool": {"shipways": {"requirements": requirements}}}


def _written(value: Any) -> Any:
    if isinstance(value, list):
        return _lines(list(map(_written, value)))
    if not isinstance(value, dict):
        return value
    inline = tomlkit.inline_table()
    inline.update({name: _written(each) for name, each in value.items()})
    return inline


def _lines(values: list[Any]) -> Any:
    array = tomlkit.array()
    array.extend(values)
    return array.multiline(True)
