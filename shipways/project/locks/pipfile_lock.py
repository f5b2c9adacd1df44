"""Pipfile.lock (Pipenv): the packages of categories, of which "default" is the application's.

https://pipenv.pypa.io/en/latest/pipfile.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from shipways.project.locks import base
from shipways.project.locks.base import Asked, Indexes, Locked, Names
from shipways.project.pin import Origin, Pin

NAMES: Names = ("Pipfile.lock",)
AGAIN = "pipenv lock"
CATEGORIES = {"default": "packages", "develop": "dev-packages"}  # as the Pipfile names them
TABLES = ("source", "requires", "packages", "dev-packages", "pipenv", "scripts", "default")


class Entry(msgspec.Struct, frozen=True):
    """One package."""

    version: str = ""
    hashes: tuple[str, ...] = ()
    markers: str = ""
    extras: tuple[str, ...] = ()
    git: str = ""
    ref: str = ""
    subdirectory: str = ""
    file: str = ""
    path: str = ""


class Meta(msgspec.Struct, frozen=True):
    """Of `_meta`."""

    hash: dict[str, str] = {}
    sources: tuple[dict[str, Any], ...] = ()
    requires: dict[str, str] = {}


class Lock(msgspec.Struct, frozen=True, rename={"meta": "_meta"}):
    """The file; categories besides the two that there always are stand on its top too."""

    meta: Meta
    default: dict[str, Entry] = {}


def finds(root: Path, names: Names = NAMES) -> Path | None:
    """Pipfile.lock itself."""
    return base.first(root, names)


def read(path: Path, root: Path, asked: Asked = base.NOTHING) -> Locked:
    """The default category, and the categories asked for as groups."""
    data = base.document(path)
    lock = base.convert(path, data, Lock, AGAIN)
    base.unknown(path, "category", asked.groups, data)
    entries = dict(lock.default)
    for name in asked.groups:
        entries |= base.convert(path, data[name], dict[str, Entry], AGAIN)
    pipfile = base.table(path.with_name("Pipfile"))
    sources = [str(source.get("url", "")) for source in lock.meta.sources]
    return Locked(
        path=path,
        kind="pipfile_lock",
        pins=tuple(_pins(path, root, entries)),
        direct=tuple(_direct(path, pipfile, ("default", *asked.groups))),
        requires_python=_python(lock.meta.requires),
        indexes=Indexes("".join(sources[:1]), tuple(sources[1:])),
        stale=_stale(pipfile, lock.meta.hash.get("sha256", "")),
        again=AGAIN,
    )


def _pins(path: Path, root: Path, entries: Mapping[str, Entry]) -> Iterator[Pin]:
    for name, entry in entries.items():
        if entry.path:
            if (path.parent / entry.path).resolve() == root.resolve():
                continue
            raise base.local(path, name, entry.path)
        yield Pin(
            name=canonicalize_name(name),
            version=entry.version.removeprefix("=="),
            hashes=base.digests(entry.hashes),
            marker=entry.markers,
            origin=_origin(entry),
        )


def _origin(entry: Entry) -> Origin | None:
    if entry.git:
        return Origin(entry.git, "git", entry.ref, entry.subdirectory)
    return Origin(entry.file) if entry.file else None


def _python(requires: Mapping[str, str]) -> str:
    full, short = requires.get("python_full_version"), requires.get("python_version")
    return f"=={full}" if full else f"=={short}.*" if short else ""


def _direct(path: Path, pipfile: Mapping[str, Any], categories: Names) -> Iterator[Requirement]:
    """What the Pipfile lists, as PEP 508 writes it; each a constraint or a table."""
    for category in categories:
        for name, said in (pipfile.get(CATEGORIES.get(category, category)) or {}).items():
            fields = said if isinstance(said, dict) else {"version": said}
            if "path" not in fields:
                yield base.requirement(path.with_name("Pipfile"), _text(name, fields))


def _text(name: str, fields: Mapping[str, Any]) -> str:
    extras = f"[{','.join(fields['extras'])}]" if fields.get("extras") else ""
    keys = ("sys_platform", "platform_machine", "python_version", "os_name", "platform_system")
    markers = [f"({fields['markers']})"] if fields.get("markers") else []
    markers += [f"{key} {fields[key]}" for key in keys if key in fields]
    where = f" ; {' and '.join(markers)}" if markers else ""
    if "git" in fields:
        at = f"@{fields['ref']}" if fields.get("ref") else ""
        return f"{name}{extras} @ git+{fields['git']}{at}{where}"
    if "file" in fields:
        return f"{name}{extras} @ {fields['file']}{where}"
    version = str(fields.get("version", "*"))
    return f"{name}{extras}{'' if version == '*' else version}{where}"


def _stale(pipfile: Mapping[str, Any], stated: str) -> str:
    """Pipenv hashes what the Pipfile lists."""
    if not pipfile or not stated:
        return ""
    content: dict[str, Any] = {
        "_meta": {"sources": pipfile.get("source"), "requires": pipfile.get("requires", {})},
        "default": pipfile.get("packages", {}),
        "develop": pipfile.get("dev-packages", {}),
    }
    content |= {name: value for name, value in pipfile.items() if name not in (*TABLES, "develop")}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    same = sha256(text.encode()).hexdigest() == stated
    return "" if same else "the Pipfile has changed since it was made"
