"""The lock file: every dependency with its exact version and hashes, as pip reads it.

The format is pip's requirements file in hash-checking mode, as `uv pip compile --generate-hashes`
writes it: https://pip.pypa.io/en/stable/topics/secure-installs/. Lines are joined, comments taken
off and options told from requirements as pip does (pip/_internal/req/req_file.py). What is said
there and means nothing here is refused by its name and line: pip gets no line of this file, but
what `pinned` writes of it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from shipways.errors import LockMismatch, ProjectError
from shipways.project.model import Project
from shipways.project.pin import Pin
from shipways.project.python_versions import environment
from shipways.util.text import read_text

COMMENT = re.compile(r"(^|\s+)#.*$")
DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}  # pip's strong ones, and their length in hex
ALGORITHMS = {length: name for name, length in DIGITS.items()}
IMPLIED = ("--only-binary", "--require-hashes", "--pre", "--prefer-binary")  # all are done anyway
NAMED = r"[\w.-]+(?=\s*(\[[^]]*\])?\s*@)"  # in front of an address (PEP 508)
ELSEWHERE = re.compile(rf"({NAMED}|[a-z+]+:|\.{{0,2}}/|\S+\.whl\b)", re.IGNORECASE)
INDEX = ("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host")
AGAIN = "uv pip compile --universal --fork-strategy fewest --generate-hashes pyproject.toml -o {}"


def of(project: Project) -> tuple[Pin, ...]:
    """The lock of a project. Raises `ProjectError` where it is none of the project's own files."""
    if not project.lock.resolve().is_relative_to(project.root.resolve()):
        raise ProjectError(
            f"{project.root / 'pyproject.toml'}: tool.shipways.lock: {project.tool.lock!r} is "
            "outside of the project.",
            hint='Keep it in the project\'s folder, for example:\n    lock = "requirements.lock"',
        )
    return read(project.lock)


def read(path: Path) -> tuple[Pin, ...]:
    """All locked dependencies. Raises `LockMismatch` for a line without version or hash."""
    found = []
    for number, line in lines(read_text(path)):
        try:
            entry = _entry(line)
        except ValueError as error:
            raise LockMismatch(f"{path}, line {number}: {error}", hint=again(path)) from None
        if entry:
            name, version, hashes, marker = entry
            found.append(Pin(name, version, hashes, marker, number))
    return tuple(found)


def select(path: Path, locked: Iterable[Pin], pythons: Sequence[str]) -> tuple[Pin, ...]:
    """The lines that are for any of these releases of Python; one version of each name.

    Raises `LockMismatch` where two of them name different versions or different files.
    """
    found: dict[str, Pin] = {}
    for entry in locked:
        if not any(map(entry.applies, pythons)):
            continue
        other = found.setdefault(entry.name, entry)
        if (other.version, other.hashes) != (entry.version, entry.hashes):
            raise LockMismatch(
                f"{path}, lines {other.line} and {entry.line}: {entry.name} {other.version} and "
                f"{entry.version} are both for a Python that the project promises "
                f"({', '.join(_minors(pythons))}); a bundle holds one of them.",
                hint=f"Narrow requires-python, or have one version for all. {again(path)}",
            )
    return tuple(found.values())


def pinned(entries: Iterable[Pin]) -> str:
    """A requirements file that names these and nothing else (for pip, in hash-checking mode)."""
    return "".join(
        " ".join(
            (
                f"{entry.name}=={entry.version}",
                *(f"--hash={ALGORITHMS[len(one)]}:{one}" for one in sorted(entry.hashes)),
            )
        )
        + "\n"
        for entry in entries
    )


def again(path: Path) -> str:
    """How to make a lock."""
    return f"Lock again: {AGAIN.format(path.name)}"


def _minors(pythons: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(".".join(version.split(".")[:2]) for version in pythons))


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines and where they begin: continued ones in one, without comments or empty ones.

    A comment ends what is continued, whether or not it ends in a backslash itself.
    """
    start, parts = 0, [""]
    for number, line in enumerate(text.splitlines(), 1):
        start = start or number
        comment = bool(COMMENT.match(line))
        parts.append(f" {line}" if comment else line.strip("\\") if line.endswith("\\") else line)
        if not line.endswith("\\") or comment:
            yield from _logical(start, parts)
            start, parts = 0, [""]
    yield from _logical(start, parts)


def _logical(number: int, parts: Sequence[str]) -> Iterator[tuple[int, str]]:
    line = COMMENT.sub("", "".join(parts)).strip()
    if line:
        yield number, line


def _entry(line: str) -> tuple[str, str, frozenset[str], str] | None:
    """Name, version, hashes and marker; None for what is done anyway. Raises `ValueError`."""
    stated, options = parted(line)
    if not stated:
        for word in options.split(" "):
            _check_option(word)
        return None
    requirement = _requirement(stated)
    hashes = frozenset(hashes_of(options))
    version = exact(requirement)
    if not version:
        raise ValueError(f"{requirement.name} has no exact version.")
    if not hashes:
        raise ValueError(f"{requirement.name} has no hash.")
    name, marker = canonicalize_name(requirement.name), str(requirement.marker or "")
    return name, version, hashes, marker


def exact(requirement: Requirement) -> str:
    """The one version that a requirement admits, in its normal form; "" where there are more."""
    pins = [each for each in requirement.specifier if each.operator in ("==", "===")]
    if len(pins) != 1 or len(requirement.specifier) != 1 or pins[0].version.endswith(".*"):
        return ""
    return str(Version(pins[0].version))


def parted(line: str) -> tuple[str, str]:
    """What a line requires, and the options behind it; either may be ""."""
    words = re.split(r"[ \t]+", line)
    first = next((number for number, word in enumerate(words) if word[:1] == "-"), len(words))
    return " ".join(words[:first]), " ".join(words[first:])


def _check_option(word: str) -> None:
    """An option without a dependency. Its value is not shown: it may hold a password."""
    name = word.partition("=")[0]
    short = name[:2] if name[:2] != "--" else name
    if short in IMPLIED or name[:1] != "-":
        return
    if short in INDEX:
        raise ValueError(
            f"{short} is no dependency. Which index is asked is said to pip: "
            "in pip.conf or PIP_INDEX_URL."
        )
    raise ValueError(f"{short} is no dependency with its version and hash.")


def _requirement(stated: str) -> Requirement:
    """What stands before the options. Raises `ValueError`, with the line's beginning."""
    named = re.match(NAMED, stated)
    name = named.group() if named else "This"
    if re.search(r"(^|@)\s*(git|hg|svn|bzr)\+", stated):
        raise ValueError(f"{name} comes from a repository, which has no hash of a file.")
    if ELSEWHERE.match(stated):
        raise ValueError(f"{name} comes from an address or a path; what is locked is a version.")
    try:
        requirement = Requirement(stated)
        if requirement.marker:
            requirement.marker.evaluate(environment("3.13.0"))
        for each in requirement.specifier:
            Version(each.version.removesuffix(".*"))
    except (InvalidRequirement, UndefinedComparison, UndefinedEnvironmentName, ValueError):
        raise ValueError(f"{stated!r} is no requirement (PEP 508).") from None
    return requirement


def hashes_of(options: str) -> Iterator[str]:
    """The values of --hash, in lower case. Raises `ValueError` for any other option."""
    words = iter(split(options))
    for word in words:
        name, equals, value = word.partition("=")
        if name != "--hash":
            raise ValueError(f"{name} is not known here.")
        algorithm, _, digest = (value if equals else next(words, "")).partition(":")
        if algorithm not in DIGITS:
            raise ValueError(f"--hash: {algorithm!r} is none of {', '.join(DIGITS)}.")
        if not re.fullmatch(rf"[0-9a-fA-F]{{{DIGITS[algorithm]}}}", digest):
            raise ValueError(f"--hash: {digest!r} is no {algorithm}.")
        yield digest.lower()


def split(options: str) -> list[str]:
    try:
        return shlex.split(options)
    except ValueError as error:
        raise ValueError(f"{options!r} cannot be read: {error}.") from None
