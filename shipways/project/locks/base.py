"""What every reader of a lock gives, and what a reader is.

Adding a kind of lock is a module with `NAMES`, `finds` and `read`, and a row in the table of
`shipways/project/locks/__init__.py`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec
from packaging.requirements import InvalidRequirement, Requirement

from shipways.errors import LockMismatch
from shipways.project.pin import Pin
from shipways.util import places

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")
Names = tuple[str, ...]
LOCAL = "local"  # stands for the version control of an origin that is a folder or a file


@dataclass(frozen=True)
class Asked:
    """Which of a project's extras (PEP 621) and dependency groups (PEP 735) are wanted."""

    extras: Names = ()
    groups: Names = ()


NOTHING = Asked()
PYPI = re.compile(r"https?://pypi(?:\.python)?\.org/simple/?")  # by its names, old and new


@dataclass(frozen=True)
class Indexes:
    """Where distributions are looked for, besides or instead of what the machine is set up with.

    An address may hold a password: it is for the tool that fetches, never for a message.
    """

    index: str = ""
    extra: Names = ()
    find_links: Names = ()

    @property
    def options(self) -> Names:
        """As pip and uv take them.

        PyPI itself is what a machine uses that is set up with nothing else: where it is, or where a
        company's mirror of it is, the machine's own configuration says.
        """
        own = self.index if self.index and not PYPI.fullmatch(self.index) else ""
        return (
            *([f"--index-url={own}"] if own else []),
            *(f"--extra-index-url={url}" for url in self.extra if not PYPI.fullmatch(url)),
            *(f"--find-links={place}" for place in self.find_links),
        )


@dataclass(frozen=True)
class Locked:
    """What a project's dependencies are, as far as the file that says so goes."""

    path: Path
    kind: str  # the reader's name, such as "uv_lock"
    pins: tuple[Pin, ...]
    direct: tuple[Requirement, ...] = ()  # what the project itself asks for
    is_complete: bool = True  # it names all that the direct ones need in their turn
    requires_python: str = ""
    indexes: Indexes = Indexes()
    constraints: tuple[Requirement, ...] = ()  # what may not be chosen otherwise, if it is needed
    stale: str = ""  # why the file is older than what it locks, by its own account
    again: str = ""  # the command that makes it anew
    inputs: Names = ()  # of a lock that this program made: what it locks

    @property
    def is_hashed(self) -> bool:
        """Whether every pin has hashes, or a commit."""
        return all(pin.is_hashed for pin in self.pins)

    @property
    def is_locked(self) -> bool:
        """Whether nothing is left to be decided; otherwise it is to be locked before a build."""
        return self.is_complete and self.is_hashed


class Reader(Protocol):
    """One kind of lock: a module."""

    @property
    def NAMES(self) -> Names:  # noqa: N802
        """Patterns of file names (pathlib.Path.glob), relative to the project, best first."""

    def finds(self, root: Path, names: Names = ..., /) -> Path | None:
        """The file of this kind that a project has."""

    def read(self, path: Path, root: Path, asked: Asked = ..., /) -> Locked:
        """What it says. Raises `LockMismatch`, by file and name, for what cannot be shipped."""


def first(root: Path, names: Iterable[str]) -> Path | None:
    """The first file by these patterns."""
    return next(iter(files(root, names)), None)


def files(root: Path, names: Iterable[str]) -> list[Path]:
    """All files by these patterns, each once; a name without a star is itself, wherever it is."""
    places = (sorted(root.glob(name)) if "*" in name else [root / name] for name in names)
    return list(dict.fromkeys(path for found in places for path in found if path.is_file()))


def table(path: Path) -> dict[str, Any]:
    """A TOML file's content, {} where there is none. Raises `LockMismatch` for a wrong one."""
    if not path.is_file():
        return {}
    try:
        found: dict[str, Any] = tomllib.loads(places.text(path))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise LockMismatch(f"{path} is not valid TOML: {error}.", hint="Make it anew.") from None
    return found


def document(path: Path) -> Any:
    """A JSON file's content. Raises `LockMismatch` for a wrong one."""
    try:
        return json.loads(places.text(path))
    except (ValueError, RecursionError) as error:
        raise LockMismatch(f"{path} is not valid JSON: {error}.", hint="Make it anew.") from None


def convert(path: Path, data: Any, kind: type[T], again: str) -> T:
    """What was read as the structure that this kind of file has. Raises `LockMismatch`."""
    try:
        return msgspec.convert(data, kind, strict=False)
    except msgspec.ValidationError as error:
        raise LockMismatch(f"{path}: {error}.", hint=f"Make it anew: {again}") from None


def requirement(path: Path, text: str) -> Requirement:
    """Raises `LockMismatch` where this is none (PEP 508)."""
    try:
        return Requirement(text)
    except InvalidRequirement:
        raise LockMismatch(
            f"{path}: {text!r} is no requirement (PEP 508).", hint='Wanted is: "django>=5.2"'
        ) from None


def sourced(path: Path, stated: Requirement, source: Mapping[str, Any]) -> Requirement:
    """A requirement with where uv's or Poetry's table says that it comes from.

    Raises `LockMismatch` for a folder or a file of this machine.
    """
    place = source.get("path") or ("the workspace" if source.get("workspace") else "")
    if place:
        raise local(path, stated.name, str(place))
    url = str(source.get("url", ""))
    if "git" in source:
        at = next((source[key] for key in ("rev", "tag", "branch") if source.get(key)), "")
        folder = source.get("subdirectory", "")
        below = f"#subdirectory={folder}" if folder else ""
        url = f"git+{source['git']}{f'@{at}' if at else ''}{below}"
    if not url:
        return stated
    extras = f"[{','.join(sorted(stated.extras))}]" if stated.extras else ""
    where = f" ; {stated.marker}" if stated.marker else ""
    return requirement(path, f"{stated.name}{extras} @ {url}{where}")


def digests(texts: Iterable[str]) -> frozenset[str]:
    """The hexadecimal part of hashes such as "sha256:…"; weak ones are left out."""
    pairs = (text.partition(":") for text in texts)
    return frozenset(
        digest.lower() for name, _, digest in pairs if name in ("sha256", "sha384", "sha512")
    )


def local(path: Path, name: str, place: str) -> LockMismatch:
    """The error for a dependency that lies in a folder or file of this machine."""
    return LockMismatch(
        f"{path}: {name} comes from {place}, which no other machine has.",
        hint=f"Publish {name} to an index, or name its repository:\n"
        f'    "{name} @ git+https://example.org/{name}@COMMIT"',
    )


def check_local(path: Path, pins: Iterable[Pin]) -> None:
    """Raises `LockMismatch` for the first pin whose origin is such a place."""
    for pin in pins:
        if pin.origin and pin.origin.vcs == LOCAL:
            raise local(path, pin.name, pin.origin.url)


def unknown(path: Path, what: str, wanted: Iterable[str], known: Collection[str]) -> None:
    """Raises `LockMismatch` for an extra or a group that is asked for and not there."""
    for name in wanted:
        if name not in known:
            there = f"There are {', '.join(sorted(known))}." if known else "There is none."
            raise LockMismatch(f"{path} has no {what} {name!r}.", hint=there)
