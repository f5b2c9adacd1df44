"""Which Pythons a specifier admits (PEP 440), and how each tool is told: dpkg, rpm, Python itself.

A specifier is true or false between the versions that it names, so trying those and their
successors tells all of it: the result is ranges of releases, each from one up to before another.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from shipways.errors import ProjectError

Release = tuple[int, ...]
Range = tuple[Release, Release | None]  # from, before; None where later ones are admitted as well

IMAGE = "3.13"  # of the base images: Debian 13's, and that of python:3.13-slim
FIRST, LATEST = 6, 15  # minor versions of Python 3 whose markers and wheels are looked at
LAST_PATCH = 99  # stands for all later ones
HERE = ".".join(platform.python_version_tuple()[:2])


@dataclass(frozen=True)
class Pythons:
    """What a specifier admits of Python 3. Raises `ProjectError` where that is nothing."""

    specifier: str

    def __post_init__(self) -> None:
        if not self.ranges:
            raise ProjectError(
                f"There is no Python that is {self.specifier!r}.",
                hint='Wanted is, for example:\n    requires-python = ">=3.10"',
            )

    @cached_property
    def ranges(self) -> tuple[Range, ...]:
        """In their order; they do not touch."""
        points = sorted({(3, FIRST), *_points(self._set)})
        starts = [point for point in points if point >= (3, FIRST)]
        found: list[Range] = []
        for start, following in pairwise([*starts, None]):
            if start is None or not self.admits(_text(start)):
                continue
            if found and found[-1][1] == start:
                start = found.pop()[0]
            found.append((start, following))
        return tuple(found)

    def admits(self, version: str) -> bool:
        """Whether a version, such as "3.12.1", is among them."""
        return self._set.contains(version, prereleases=True)

    def narrowed(self, specifier: str) -> Pythons:
        """What this one admits as well, said as briefly; this very one where that is the same."""
        both = Pythons(f"{self.specifier},{specifier}".strip(","))
        if both.ranges == self.ranges:
            return self
        (low, below), *more = both.ranges
        brief = f">={_text(low)}" + (f",<{_text(below)}" if below else "")
        return both if more else Pythons(brief)

    @property
    def minors(self) -> tuple[str, ...]:
        """Minor versions that are admitted, some release of each, up to the latest known one."""
        last = max(LATEST, *(low[1] for low, _ in self.ranges))
        known = (f"3.{minor}" for minor in range(FIRST, last + 1))
        return tuple(minor for minor in known if self.releases(minor))

    def releases(self, minor: str) -> tuple[str, ...]:
        """Releases that stand for all that are admitted of a minor version: first and last."""
        lows = [_text(low) for low, _ in self.ranges if _text(low).startswith(f"{minor}.")]
        tried = (f"{minor}.0", *lows, f"{minor}.{LAST_PATCH}")
        return tuple(dict.fromkeys(version for version in tried if self.admits(version)))

    @property
    def environments(self) -> tuple[str, ...]:
        """Releases that stand for all that are admitted."""
        return tuple(version for minor in self.minors for version in self.releases(minor))

    @property
    def only(self) -> str:
        """The one minor version that is admitted, such as "3.13"; "" where there are more."""
        (low, below), *more = self.ranges
        alone = not more and len(low) == 2 and below == (low[0], low[1] + 1)
        return _text(low) if alone else ""

    @property
    def lowest(self) -> str:
        """The lowest release, such as "3.10" or "3.10.1"."""
        return _text(self.ranges[0][0])

    @property
    def words(self) -> str:
        """For people: "3.10 or newer", "3.10 or newer but before 3.13"."""
        return self.only or ", or ".join(map(_words, self.ranges))

    def condition(self, value: str) -> str:
        """A Python expression that is true of `value`, a tuple of three numbers."""
        return " or ".join(
            f"{low} <= {value}" + (f" < {below}" if below else "") for low, below in self.ranges
        )

    def debian(self) -> tuple[str, ...]:
        """Relations for Depends (Debian Policy 7.1)."""
        gaps = (f"python3 (<< {low}) | python3 (>= {high})" for low, high in self._gaps())
        last = self.ranges[-1][1]
        ends = [f"python3 (<< {_text(last)})"] if last else []
        return (f"python3 (>= {self.lowest})", *gaps, *ends)

    def rpm(self) -> tuple[str, ...]:
        """Requires; a gap takes a boolean dependency.

        https://rpm-software-management.github.io/rpm/manual/boolean_dependencies.html
        """
        if self.only:
            return (f"python(abi) = {self.only}", "python3")
        gaps = (f"(python3 < {low} or python3 >= {high})" for low, high in self._gaps())
        last = self.ranges[-1][1]
        ends = [f"python3 < {_text(last)}"] if last else []
        return (f"python3 >= {self.lowest}", *gaps, *ends)

    def _gaps(self) -> Iterator[tuple[str, str]]:
        """What lies between the ranges: from, before."""
        for (_, end), (start, _) in pairwise(self.ranges):
            if end is not None:
                yield _text(end), _text(start)

    @cached_property
    def _set(self) -> SpecifierSet:
        return SpecifierSet(self.specifier)


def preferred(pythons: Pythons) -> str:
    """The minor version to fetch compiled wheels for: this Python's, else the lowest."""
    return HERE if HERE in pythons.minors else pythons.minors[0]


def _points(specifiers: SpecifierSet) -> Iterator[Release]:
    """Where a specifier may change: the releases that it names, and the next ones after them."""
    for each in specifiers:
        release = (*Version(each.version.removesuffix(".*")).release, 0, 0)[:3]
        yield _short(release)
        for place in range(3):
            yield _short((*release[:place], release[place] + 1))


def _short(release: Release) -> Release:
    """Without zeros at its end; a minor version keeps its two numbers."""
    while len(release) > 2 and release[-1] == 0:
        release = release[:-1]
    return release


def _text(release: Release) -> str:
    return ".".join(map(str, release))


def _words(admitted: Range) -> str:
    low, below = admitted
    return f"{_text(low)} or newer" + (f" but before {_text(below)}" if below else "")


def environment(python: str) -> dict[str, str]:
    """What markers say of a release of Python on Linux, on a machine like this one (PEP 508)."""
    return {
        "extra": "",
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": "posix",
        "platform_machine": platform.machine(),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": "linux",
    }
