"""The dependencies' wheels: fetched as the lock says for the Pythons that they are for, and kept.

A bundle is for every Python that requires-python admits, as far as its wheels are: their tags and
their own Requires-Python narrow that. An image has one Python. Neither is this program's.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import filelock
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from shipways.errors import BuildError, HashMismatch, LockMismatch, ProjectError
from shipways.inputs import wheel_file
from shipways.inputs.closure import Found, check_project, check_wheels, differences
from shipways.project import lockfile, python_versions
from shipways.project.lockfile import ALGORITHMS
from shipways.project.model import Project
from shipways.project.pin import Pin
from shipways.project.python_versions import Pythons
from shipways.util import trust
from shipways.util.command import run
from shipways.util.measure import file_hash
from shipways.util.progress import say, step

TIMEOUT_S = 900
PURE = ("--implementation=py", "--abi=none", "--platform=any")  # pip: no compiled wheels


@dataclass(frozen=True)
class Wheelhouse:
    """Wheels, and the Pythons on which all of them are of use, as a specifier (PEP 440)."""

    wheels: tuple[Path, ...]
    pythons: str
    entries: tuple[Pin, ...]  # of the lock, one for each wheel


@dataclass(frozen=True)
class Store:
    """Where wheels are kept between runs, and where pip's output goes."""

    cache: Path
    logs: Path

    def fetch(self, entries: Sequence[Pin], python: str, *options: str) -> tuple[Path, ...]:
        """The wheels of these entries for a minor version, each one what its hash says.

        What lies in the cache is looked at each time; what is not right there is fetched again.
        Raises `HashMismatch` where that is not right either, `BuildError` where it cannot be had.
        """
        if not entries:
            return ()
        asked = f"{lockfile.pinned(entries)} {python} {sysconfig.get_platform()} {options}"
        shelf = folder(self.cache / "wheelhouse")
        place = shelf / sha256(asked.encode()).hexdigest()[:16]
        with filelock.FileLock(f"{place}.lock", timeout=TIMEOUT_S):
            wrong = "; ".join(problems(place, entries)) if place.exists() else ""
            if wrong:
                say(f"  {place}: {wrong}: fetched again")
            if wrong or not place.exists():
                with step(f"wheelhouse for Python {python}, from the lock"):
                    self._fill(place, entries, (f"--python-version={python}", *options), wrong)
        return tuple(sorted(place.glob("*.whl")))

    def _fill(
        self, place: Path, entries: Sequence[Pin], options: Sequence[str], before: str
    ) -> None:
        """Fetch, check, and only then put it in the place of what was there, if `before` says."""
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".") as work:
            made, asked = Path(work, "wheels"), Path(work, "requirements.txt")
            made.mkdir()
            asked.write_text(lockfile.pinned(entries), encoding="utf-8")
            self._download(asked, made, options, before and f"{place}: {before}; fetched again: ")
            wrong = problems(made, entries)
            if wrong:
                raise HashMismatch(
                    f"What pip fetched is not what the lock names: {'; '.join(wrong)}.",
                    hint=f"Remove {place.parent} and build again; if it stays, do not trust it.",
                )
            _remove(place)
            made.rename(place)

    def _download(self, asked: Path, made: Path, options: Sequence[str], why: str) -> None:
        argv: list[str | Path] = [
            sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes",
            "--only-binary=:all:", "--ignore-requires-python", *options,
            f"--cache-dir={folder(self.cache / 'pip')}", f"--dest={made}", f"--requirement={asked}",
        ]  # fmt: skip
        try:
            run(
                argv,
                timeout=TIMEOUT_S,
                env=trust.environment(),
                log_file=self.logs / "wheelhouse.log",
            )
        except BuildError as error:
            raise BuildError(f"{why}{error.message}", hint=error.hint, log=error.log) from None


def locked(project: Project) -> tuple[Pin, ...]:
    """What the lock names. Raises `LockMismatch` where it does not fit the project."""
    found, promised = lockfile.of(project), Pythons(project.requires_python)
    first = python_versions.preferred(promised)
    check_project(project, found, promised.releases(first))
    return found


def for_bundle(project: Project, app: Path, locked: Sequence[Pin], store: Store) -> Wheelhouse:
    """Wheels for every Python that the project promises and the wheels themselves admit.

    Compiled ones are fetched for this Python where the project admits it, else for the lowest.
    What only other Pythons need comes in as well, which does no harm to this one.
    """
    promised = Pythons(project.requires_python)
    first = python_versions.preferred(promised)
    entries = lockfile.select(project.lock, locked, promised.releases(first))
    wheels = [*map(wheel_file.read, store.fetch(entries, first))]
    pythons = _narrowed(project, wheels)
    both = lockfile.select(project.lock, locked, pythons.environments)
    more = [entry for entry in both if entry not in entries]
    others = [*map(wheel_file.read, _others(project, store, more, first))]
    _check_others(project, more, others, pythons)
    check_wheels(project, wheel_file.read(app), [*wheels, *others], pythons.environments)
    paths = sorted(wheel.path for wheel in (*wheels, *others))
    return Wheelhouse(tuple(sorted(paths, key=lambda path: path.name)), pythons.specifier, both)


def for_python(
    project: Project, app: Path, locked: Sequence[Pin], store: Store, minor: str
) -> Wheelhouse:
    """Wheels for one Python. Raises `ProjectError` where the project does not admit it."""
    releases = Pythons(project.requires_python).releases(minor)
    if not releases:
        raise BuildError(
            f"{project.root / 'pyproject.toml'}: project.requires-python: "
            f"{project.requires_python!r} does not admit Python {minor}, which the image has.",
            hint=f'Admit it, for example:\n    requires-python = ">={minor}"',
        )
    entries = lockfile.select(project.lock, locked, releases)
    check_project(project, locked, releases)
    wheels = [*map(wheel_file.read, store.fetch(entries, minor))]
    own = wheel_file.read(app)
    for wheel in (own, *wheels):
        check_python(wheel, minor)
    check_wheels(project, own, wheels, releases)
    return Wheelhouse(tuple(wheel.path for wheel in wheels), f"=={minor}.*", entries)


def check_python(wheel: wheel_file.Wheel, minor: str) -> None:
    """Raises `BuildError` where a wheel is not for this minor version."""
    if minor not in Pythons(wheel.demands).minors:
        raise BuildError(
            f"{wheel.path.name} is for Python {wheel.demands}, and the image has {minor}.",
            hint=f"Have a version or a wheel of {wheel.name} that is for Python {minor} as well.",
        )


def distributions(house: Wheelhouse) -> dict[str, Version]:
    """What is in it by the lock."""
    return {entry.name: Version(entry.version) for entry in house.entries}


def problems(place: Path, entries: Iterable[Pin]) -> list[str]:
    """What is wrong with a folder that should hold the wheels of these entries, and no more."""
    if not place.is_dir():
        return [f"{place.name} is no folder"]
    named = {entry.name: entry for entry in entries}
    found: list[Found] = []
    wrong = []
    for path in sorted(place.iterdir()):
        try:
            name, version = parse_wheel_filename(path.name)[:2]
        except InvalidWheelFilename:
            wrong.append(f"{path.name} is no wheel")
            continue
        found.append((str(name), version))
        if not path.is_file() or (name in named and not _is_named(path, named[name])):
            wrong.append(f"{path.name} is not the file that the lock names")
    wanted = ((name, Version(entry.version)) for name, entry in named.items())
    return [*differences(wanted, found), *wrong]


def folder(path: Path) -> Path:
    """A folder of the cache, made where there is none. What else lies there is of no use."""
    if not path.is_dir():
        _remove(path)
        path.mkdir(parents=True)
    return path


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _is_named(path: Path, entry: Pin) -> bool:
    algorithms = {ALGORITHMS[len(digest)] for digest in entry.hashes}
    return any(file_hash(path, algorithm) in entry.hashes for algorithm in algorithms)


def _narrowed(project: Project, wheels: Iterable[wheel_file.Wheel]) -> Pythons:
    """What requires-python and all wheels admit. Raises `LockMismatch` where that is nothing."""
    left = Pythons(project.requires_python)
    for wheel in wheels:
        try:
            left = left.narrowed(wheel.demands)
        except ProjectError:
            raise LockMismatch(
                f"{project.lock}: {wheel.name} {wheel.version} is for Python {wheel.demands}, "
                f"and the rest for {left.specifier}: no Python is left.",
                hint=lockfile.again(project.lock),
            ) from None
    return left


def _others(project: Project, store: Store, entries: Sequence[Pin], python: str) -> Iterator[Path]:
    """Wheels that only some Pythons need: pure ones, since they lie on the others' path, too."""
    try:
        yield from store.fetch(entries, python, *PURE)
    except BuildError as error:
        names = ", ".join(f"{entry.name} (line {entry.line})" for entry in entries)
        raise LockMismatch(
            f"{project.lock}: {names}: for some of the promised Pythons only, and there is no pure "
            f"wheel of it to be had: {error.message}",
            hint="Narrow requires-python to those Pythons that need the same.",
            log=error.log,
        ) from None


def _check_others(
    project: Project,
    entries: Iterable[Pin],
    wheels: Iterable[wheel_file.Wheel],
    pythons: Pythons,
) -> None:
    """A wheel has to be for every Python that its line is for."""
    held = {wheel.name: wheel for wheel in wheels}
    for entry in entries:
        admitted = Pythons(held[entry.name].demands)
        for python in filter(entry.applies, pythons.environments):
            if not admitted.admits(python):
                raise LockMismatch(
                    f"{project.lock}, line {entry.line}: {entry.name} {entry.version} is for "
                    f"Python {admitted.specifier}, and not for {python}.",
                    hint=lockfile.again(project.lock),
                )
