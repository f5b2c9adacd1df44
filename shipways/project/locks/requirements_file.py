"""A requirements file with all that it refers to: `-r`, `-c`, `-e`, indexes, hashes, markers.

https://pip.pypa.io/en/stable/reference/requirements-file-format/. Lines are joined and parted as
`lockfile` does it. Nothing is handed on as it stands: what is understood becomes data, what means
nothing for a delivery is left out, what is neither is refused by its name and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement

from shipways.errors import LockMismatch
from shipways.project import lockfile
from shipways.project.locks.base import Indexes, local
from shipways.util.text import read_text

LISTS = {"-r": "requirement", "-c": "constraint"}
INDEXES = {"-i": "index-url", "-f": "find-links"}
LONG = {**LISTS, **INDEXES, "-e": "editable"}
VALUED = ("trusted-host", "only-binary", "no-binary", "use-feature", "progress-bar")
PLAIN = ("pre", "prefer-binary", "require-hashes", "no-index")  # besides those with a value
OF_A_LINE = ("--config-settings", "--global-option", "--build-option", "--install-option")
ADDRESS = re.compile(r"([a-z]+\+)?[a-z]+://", re.IGNORECASE)
PLACE = re.compile(r"(\.{0,2}/|\.{1,2}$|\.\[|file:)|\S+\.(whl|zip|tar\.gz)$", re.IGNORECASE)
EXTRAS = re.compile(r"\[([^]]*)\]$")


@dataclass(frozen=True)
class Entry:
    """One requirement."""

    requirement: Requirement
    hashes: frozenset[str]
    path: Path
    line: int


@dataclass
class Requirements:
    """What the file and those that it refers to say."""

    entries: list[Entry] = field(default_factory=list)
    constraints: list[Requirement] = field(default_factory=list)
    itself: set[str] | None = None  # extras with which the project itself is listed
    index: str = ""
    extra: list[str] = field(default_factory=list)
    find_links: list[str] = field(default_factory=list)

    @property
    def indexes(self) -> Indexes:
        return Indexes(self.index, tuple(self.extra), tuple(self.find_links))

    @property
    def is_hashed(self) -> bool:
        """Whether it is a lock: each line is one version, or an address, with its hashes."""
        return bool(self.entries) and all(
            entry.hashes and (entry.requirement.url or lockfile.exact(entry.requirement))
            for entry in self.entries
        )


def read(path: Path, root: Path) -> Requirements:
    """Raises `LockMismatch` with file and line for what cannot be understood or shipped."""
    found = Requirements()
    _File(path, root, found, constraint=False, above=()).read()
    return found


@dataclass(frozen=True)
class _File:
    """One file on the way."""

    path: Path
    root: Path
    found: Requirements
    constraint: bool
    above: tuple[Path, ...]

    def read(self) -> None:
        if self.path.resolve() in self.above:
            return
        try:
            text = read_text(self.path)
        except OSError as error:
            raise LockMismatch(
                f"{self.path}: {error.strerror}.", hint=f"It is named in {self.above[-1]}."
            ) from None
        for number, line in lockfile.lines(text):
            try:
                self._line(number, line)
            except ValueError as error:
                raise LockMismatch(
                    f"{self.path}, line {number}: {error}", hint="Write it as pip reads it."
                ) from None

    def _line(self, number: int, line: str) -> None:
        stated, options = lockfile.parted(line)
        if stated:
            self._require(number, stated, options)
            return
        for name, value in _options(options):
            self._option(number, name, value)

    def _option(self, number: int, name: str, value: str) -> None:
        if name in LISTS.values():
            self._refer(name, value)
        elif name == "editable":
            self._require(number, value, "")
        elif name == "index-url":
            self.found.index = value
        elif name == "extra-index-url":
            self.found.extra.append(value)
        elif name == "find-links":
            self.found.find_links.append(value)

    def _refer(self, name: str, value: str) -> None:
        """Another file, beside this one."""
        if ADDRESS.match(value):
            raise ValueError(f"{value} is no file of the project; copy it there.")
        constraint = self.constraint or name == "constraint"
        above = (*self.above, self.path.resolve())
        path = self.path.parent / value
        _File(path, self.root, self.found, constraint, above).read()

    def _require(self, number: int, stated: str, options: str) -> None:
        if PLACE.match(stated) and not ADDRESS.match(stated.removeprefix("file:")):
            self._place(stated)
            return
        requirement = _requirement(stated)
        if requirement.url and requirement.url.startswith("file:"):
            raise local(self.path, requirement.name, requirement.url)
        hashes = frozenset(lockfile.hashes_of(_only_hashes(options)))
        if self.constraint:
            self.found.constraints.append(requirement)
        else:
            self.found.entries.append(Entry(requirement, hashes, self.path, number))

    def _place(self, stated: str) -> None:
        """A folder or a file: the project itself, or something that is nowhere else."""
        extras = EXTRAS.search(stated)
        place = EXTRAS.sub("", stated).removeprefix("file:")
        folder = (self.path.parent / place).resolve()
        if self.root.resolve() not in (folder, (self.root / place).resolve()):
            raise local(self.path, folder.name, stated)
        names = extras[1].split(",") if extras else []
        self.found.itself = (self.found.itself or set()) | {name.strip() for name in names}


def _options(text: str) -> Iterator[tuple[str, str]]:
    """Long names without hyphens, and values. Raises `ValueError` for what is not known."""
    words = iter(lockfile.split(text))
    for word in words:
        name, equals, value = word.partition("=")
        if not name.startswith("--"):
            name, value, equals = word[:2], word[2:].removeprefix("="), word[2:]
        long = LONG.get(name, name.removeprefix("--"))
        if long in PLAIN:
            yield long, ""
        elif long in (*LONG.values(), *VALUED, "extra-index-url"):
            yield long, value if equals else next(words, "")
        else:
            raise ValueError(f"{name} is not known here.")


def _only_hashes(options: str) -> str:
    """Options of a line without those that say how to build it."""
    words = lockfile.split(options)
    kept, skip = [], False
    for word in words:
        name, equals, _ = word.partition("=")
        if name in OF_A_LINE:
            skip = not equals
        elif not skip:
            kept.append(word)
        else:
            skip = False
    return " ".join(kept)


def _requirement(stated: str) -> Requirement:
    """PEP 508, or an address alone with the name in its `#egg=`, as pip still takes it."""
    if ADDRESS.match(stated):
        stated = _named(stated)
    try:
        return Requirement(stated)
    except InvalidRequirement:
        raise ValueError(f"{stated!r} is no requirement (PEP 508).") from None


def _named(address: str) -> str:
    address, _, marker = (part.strip() for part in address.partition(" ;"))
    parts = urlsplit(address)
    fields = dict(pair.partition("=")[::2] for pair in parts.fragment.split("&"))
    name = fields.pop("egg", "")
    wheel = re.match(r"([\w.]+)-[\w.!+]+-.*\.whl$", unquote(parts.path.rpartition("/")[2]))
    if not name and not wheel:
        told = parts._replace(netloc=parts.hostname or "", query="", fragment="").geturl()
        raise ValueError(f"{told} has no name. Write: NAME @ {told}")
    fragment = "&".join(f"{key}={value}" for key, value in fields.items() if key)
    where = f" ; {marker}" if marker else ""
    return f"{name or wheel[1]} @ {parts._replace(fragment=fragment).geturl()}{where}"  # type: ignore[index]
