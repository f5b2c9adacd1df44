"""Source -> wheel -> wheelhouse -> Bundle: what all formats are made from, built once and cached.

The wheel is built once; its dependencies come from the lock, checked hash by hash. A Bundle is
their site-packages tree, the same bytes for the same lock and source (PEP 427, PEP 376).
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from packaging.utils import parse_wheel_filename

from shipways import links, lock, sbom, source, trust
from shipways.archive import repack_sdist
from shipways.attach import attach
from shipways.command import run
from shipways.progress import step
from shipways.project import Project
from shipways.unpack import install_wheel

BUILD_TIMEOUT_S = 600
DOWNLOAD_TIMEOUT_S = 900


@dataclass(frozen=True)
class Bundle:
    """A site-packages tree: all times SOURCE_DATE_EPOCH, no bytecode.

    Folders and what a wheel says is executable are 0755, other files 0644.
    """

    site: Path
    pure: bool  # no compiled file: the same for every architecture
    contents: dict[str, int]  # the app's name, each dependency's -> bytes unpacked


@dataclass(frozen=True)
class Inputs:
    """What formats are made from, each stage done when first asked for.

    Downloads are kept in `cache` between runs; the wheel and the bundle are made anew in `work`
    every time, so that build times stay honest.
    """

    project: Project
    epoch: int
    cache: Path
    work: Path
    logs: Path
    commit: str = ""

    @cached_property
    def source(self) -> Path:
        """A snapshot of the project's files."""
        tree = self.work / "source"
        source.snapshot(self.project.root, tree, whole=self.project.is_snapshot)
        return tree

    @property
    def wheel(self) -> Path:
        """The project's wheel (PEP 427), with its bill of materials inside (PEP 770)."""
        return next(self.distributions.glob("*.whl"))

    @property
    def sdist(self) -> Path:
        """The project's source distribution (PEP 625)."""
        return next(self.distributions.glob("*.tar.gz"))

    @cached_property
    def distributions(self) -> Path:
        """Folder with wheel and sdist, by the project's own build backend (PEP 517)."""
        target = self.work / "distributions"
        with step("wheel and sdist"):
            tree = self.work / "build"
            links.copy_for_backend(self.source, tree)
            run(
                [sys.executable, "-m", "build", "--installer=uv", f"--outdir={target}", tree],
                timeout=BUILD_TIMEOUT_S,
                env={
                    **trust.environment(),
                    "SOURCE_DATE_EPOCH": str(self.epoch),
                    "UV_CACHE_DIR": str(self.cache / "uv"),
                },
                log_file=self.logs / "distributions.log",
            )
            repack_sdist(next(target.glob("*.tar.gz")), self.epoch)
            wheel, name = (
                next(target.glob("*.whl")),
                f"sboms/{self.project.distribution}{sbom.SUFFIX}",
            )
            attach(wheel, name, self.bill_of_lock, self.epoch)
        return target

    @cached_property
    def locked(self) -> tuple[lock.Locked, ...]:
        """What the lock names; it fits the project."""
        found = lock.read(self.project.lock)
        lock.check_project(self.project, found)
        return found

    @cached_property
    def bill_of_lock(self) -> bytes:
        """The bill of what holds the app alone: it names what the lock names, on every machine."""
        return sbom.document(self.project, map(sbom.of_locked, self.locked), self.epoch)

    @cached_property
    def bill_of_bundle(self) -> bytes:
        """The bill of what holds the bundle: it names every wheel by the hash of its file."""
        return sbom.document(self.project, map(sbom.of_wheel, self.wheelhouse), self.epoch)

    @cached_property
    def wheelhouse(self) -> tuple[Path, ...]:
        """The dependencies' wheels, each checked against the lock."""
        folder = self.cache / "wheelhouse" / _wheelhouse_key(self.project.lock)
        locked = self.locked
        if not folder.is_dir():
            with step("wheelhouse, from the lock"):
                self._download(folder)
        wheels = tuple(sorted(folder.glob("*.whl")))
        lock.check_wheelhouse(wheels, locked)
        return wheels

    @cached_property
    def bundle(self) -> Bundle:
        """The app and its dependencies, installed side by side."""
        site = self.work / "site-packages"
        wheels = (self.wheel, *self.wheelhouse)
        with step("bundle"):
            site.mkdir()
            spoken = self.project.tool.languages
            contents = {name_of(wheel): install_wheel(wheel, site, spoken) for wheel in wheels}
            settle(site, self.epoch)
        return Bundle(site, all(map(is_pure, wheels)), contents)

    def _download(self, folder: Path) -> None:
        """Fill `folder`, or leave it absent: it is renamed into place when all is there."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as work:
            run(
                [
                    sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes",
                    "--only-binary=:all:", f"--cache-dir={self.cache / 'pip'}",
                    f"--dest={work}/wheels", f"--requirement={self.project.lock}",
                ],
                timeout=DOWNLOAD_TIMEOUT_S,
                env=trust.environment(),
                log_file=self.logs / "wheelhouse.log",
            )  # fmt: skip
            with contextlib.suppress(FileExistsError, NotADirectoryError):
                (Path(work) / "wheels").rename(folder)


def settle(tree: Path, epoch: int) -> None:
    """Give every file and folder below `tree` the same modes and times on every machine.

    What is executable for its owner is so for all, as Git and wheels have it.
    """
    for path in (*tree.rglob("*"), tree):
        path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
        os.utime(path, (epoch, epoch))


def _wheelhouse_key(path: Path) -> str:
    """Which wheels a lock gives depends on the Python and on the machine that asks for them."""
    asking = f"{sys.implementation.cache_tag} {sysconfig.get_platform()}"
    return sha256(path.read_bytes() + asking.encode()).hexdigest()[:16]


def name_of(wheel: Path) -> str:
    """The distribution's normalized name (PEP 427, PEP 503)."""
    return str(parse_wheel_filename(wheel.name)[0])


def is_pure(wheel: Path) -> bool:
    """Whether a wheel is for every processor (PEP 425)."""
    return all(tag.platform == "any" for tag in parse_wheel_filename(wheel.name)[3])
