"""A pin: one distribution as a lock holds it, with its version and the files that it may be."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.markers import Marker
from packaging.requirements import Requirement

from shipways.project.python_versions import environment


@dataclass(frozen=True)
class File:
    """A wheel or an sdist that a lock names."""

    name: str
    hash: str  # hexadecimal
    url: str = ""


@dataclass(frozen=True)
class Origin:
    """Where a distribution comes from that no index is asked for (PEP 440, PEP 610)."""

    url: str
    vcs: str = ""  # "git"; "" for a file
    commit: str = ""
    subdirectory: str = ""

    @property
    def reference(self) -> str:
        """The address as it stands behind the `@` of a requirement (PEP 508)."""
        below = f"#subdirectory={self.subdirectory}" if self.subdirectory else ""
        at = f"@{self.commit}" if self.commit else ""
        return f"{self.vcs}+{self.url}{at}{below}" if self.vcs else f"{self.url}{below}"


@dataclass(frozen=True)
class Pin:
    """One distribution of a lock."""

    name: str  # normalized (PEP 503)
    version: str  # "" where only a build of the origin tells it
    hashes: frozenset[str]  # hexadecimal; the length tells SHA-256, SHA-384 and SHA-512 apart
    marker: str = ""  # where it applies (PEP 508); a universal lock has several lines for a name
    line: int = 0
    files: tuple[File, ...] = ()  # where the lock names them
    origin: Origin | None = None
    requires: tuple[Requirement, ...] = ()  # with extras in their markers

    def applies(self, python: str) -> bool:
        """Whether it is for this release of Python, such as "3.12.1", on Linux."""
        return not self.marker or Marker(self.marker).evaluate(environment(python))

    @property
    def stated(self) -> str:
        """As a requirement that admits nothing else (PEP 508)."""
        where = f" ; {self.marker}" if self.marker else ""
        if self.origin:
            return f"{self.name} @ {self.origin.reference}{where}"
        return f"{self.name}=={self.version}{where}"

    @property
    def is_hashed(self) -> bool:
        """Whether it can only be one thing: files by their hashes, or a commit."""
        return bool(self.hashes or (self.origin and self.origin.commit))
