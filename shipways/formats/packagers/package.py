"""What a package is called, needs and holds, in words that every packager is told the same way."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path

from shipways.formats import installed_files
from shipways.formats.installed_files import TargetFile
from shipways.inputs.stages import Bundle
from shipways.project.model import Project

RPM_EARLIEST = 631152000  # 1990-01-01
PLAIN = re.compile(r"[\w/.+-]+", re.ASCII)  # paths that need no quotes in a spec or a shell
DEBIAN_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}  # others have one name everywhere


@dataclass(frozen=True)
class Package:
    """A package for one package manager: dependencies and versions are in its own words."""

    project: Project
    kind: str  # deb | rpm
    name: str
    version: str  # without the epoch
    version_epoch: int  # 0 for none; not the time, which `epoch` is
    release: str
    architecture: str
    summary: str
    description: str
    depends: tuple[str, ...]
    files: tuple[TargetFile, ...]  # all but the bundle
    bundle: Bundle  # its tree is packed as /usr/lib/NAME/site-packages
    scripts: Mapping[str, str]  # before-install, after-install, before-remove, after-remove
    epoch: int
    suggests: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Where the bundle stands on the target."""
        return f"/usr/lib/{self.project.name}/site-packages"

    @property
    def full_version(self) -> str:
        """[EPOCH:]VERSION-RELEASE, as both package managers write it."""
        before = f"{self.version_epoch}:" if self.version_epoch else ""
        return f"{before}{self.version}-{self.release}"

    @property
    def full_description(self) -> str:
        """Synopsis on the first line, as nfpm's and fpm's `description` want it for a .deb."""
        return f"{self.summary}\n{self.description}"

    @property
    def license(self) -> str:
        """SPDX expression; rpm wants some word."""
        return self.project.license or "unstated"

    @property
    def own_folders(self) -> tuple[str, ...]:
        """Folders that no other package has: they go when this package goes."""
        name = self.project.name
        parents = {str(Path(file.path).parent) for file in self.files}
        own = {folder for folder in parents if name in Path(folder).parts}
        return tuple(sorted(own | {f"/usr/lib/{name}", f"/etc/{name}"}))

    @property
    def installed_bytes(self) -> int:
        """Sum of the sizes of all files on the target."""
        return sum(self.bundle.contents.values()) + sum(len(file.content) for file in self.files)

    @property
    def released(self) -> datetime:
        """The time of SOURCE_DATE_EPOCH."""
        return datetime.fromtimestamp(self.epoch, timezone.utc)

    @property
    def rpm_date(self) -> str:
        """The same for a spec's %changelog: English words, and none before 1990 (rpm's rule)."""
        told = datetime.fromtimestamp(max(self.epoch, RPM_EARLIEST), timezone.utc)
        weekday, day, month, year, *_ = format_datetime(told).replace(",", "").split()
        return f"{weekday} {month} {day} {year}"

    @property
    def environment(self) -> dict[str, str]:
        """What makes packagers write the same bytes twice, wherever that is."""
        return {"SOURCE_DATE_EPOCH": str(self.epoch), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def architecture(kind: str, pure: bool) -> str:
    """What the package manager calls packages for all machines, or for those like this one."""
    if pure:
        return "all" if kind == "deb" else "noarch"
    machine = platform.machine()
    return DEBIAN_MACHINES.get(machine, machine) if kind == "deb" else machine


@contextlib.contextmanager
def plain(folder: Path) -> Iterator[Path]:
    """Another path to `folder`, for rpmbuild: it can work in none that holds a space."""
    places = (tempfile.gettempdir(), "/tmp", "/var/tmp")
    there = next(place for place in places if PLAIN.fullmatch(place))
    with tempfile.TemporaryDirectory(prefix="shipways-", dir=there) as made:
        link = Path(made, "work")
        link.symlink_to(folder.absolute())
        yield link


def script_files(package: Package, work: Path) -> Iterator[tuple[str, Path]]:
    """Write the scripts below `work` for packagers that read them from files."""
    for name, text in package.scripts.items():
        path = work / f"script-{name}"
        path.write_text(text, encoding="utf-8")
        yield name, path


def stage(package: Package, work: Path) -> Path:
    """All that is packed, laid out as on the target; the bundle's files are hard links."""
    root = work / "stage"
    code = root / package.code.lstrip("/")
    for folder, _, names in os.walk(package.bundle.site):
        there = code / Path(folder).relative_to(package.bundle.site)
        there.mkdir(parents=True)
        for name in names:
            os.link(Path(folder, name), there / name)
    installed_files.stage(package.files, root, package.epoch)
    return root
