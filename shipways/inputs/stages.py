"""Source -> wheel -> wheelhouse -> Bundle: what all formats are made from, built once and cached.

The wheel is built once; its dependencies come from the lock, checked hash by hash. A Bundle is
their site-packages tree, the same bytes for the same lock and source (PEP 427, PEP 376).
"""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from packaging.utils import parse_wheel_filename

from shipways.inputs import proof, sbom, wheel_file, wheelhouse
from shipways.inputs.wheel_install import install_wheel
from shipways.inputs.wheel_metadata import attach
from shipways.inputs.wheelhouse import Store, Wheelhouse
from shipways.project import links, source_tree
from shipways.project.model import Project
from shipways.project.pin import Pin
from shipways.project.python_versions import IMAGE, Pythons
from shipways.util import trust
from shipways.util.command import run
from shipways.util.progress import step
from shipways.util.reproducible_tar import repack_sdist
from shipways.util.stage import fresh, stage

BUILD_TIMEOUT_S = 600


@dataclass(frozen=True)
class Bundle:
    """A site-packages tree: all times SOURCE_DATE_EPOCH, no bytecode.

    Folders and what a wheel says is executable are 0755, other files 0644.
    """

    site: Path
    pure: bool  # no compiled file: the same for every architecture
    contents: dict[str, int]  # the app's name, each dependency's -> bytes unpacked
    pythons: str = ""  # on which it runs (PEP 440); "" for all that the project is for


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

    @stage("source tree")
    def source(self) -> Path:
        """A snapshot of the project's files."""
        tree = fresh(self.work / "source")
        source_tree.snapshot(self.project.root, tree, whole=self.project.is_snapshot)
        return tree

    @property
    def wheel(self) -> Path:
        """The project's wheel (PEP 427), with its bill of materials inside (PEP 770)."""
        return next(self.distributions.glob("*.whl"))

    @property
    def sdist(self) -> Path:
        """The project's source distribution (PEP 625)."""
        return next(self.distributions.glob("*.tar.gz"))

    @stage("wheel and sdist")
    def distributions(self) -> Path:
        """Folder with wheel and sdist, by the project's own build backend (PEP 517)."""
        target = fresh(self.work / "distributions")
        with step("wheel and sdist"):
            tree = fresh(self.work / "build")
            links.copy_for_backend(self.source, tree)
            run(
                [sys.executable, "-m", "build", "--installer=uv", f"--outdir={target}", tree],
                timeout=BUILD_TIMEOUT_S,
                env={
                    **trust.environment(),
                    "SOURCE_DATE_EPOCH": str(self.epoch),
                    "UV_CACHE_DIR": str(self.folder("uv")),
                },
                log_file=self.logs / "distributions.log",
            )
            repack_sdist(next(target.glob("*.tar.gz")), self.epoch)
            wheel, name = (
                next(target.glob("*.whl")),
                f"sboms/{self.project.distribution}{sbom.SUFFIX}",
            )
            attach(wheel, name, self.sbom_of_lock, self.epoch)
        return target

    @cached_property
    def locked(self) -> tuple[Pin, ...]:
        """What the lock names; it fits the project."""
        return wheelhouse.locked(self.project)

    @cached_property
    def sbom_of_lock(self) -> bytes:
        """The bill of what holds the app alone: it names what the lock names, on every machine."""
        return sbom.document(self.project, map(sbom.of_locked, self.locked), self.epoch)

    @cached_property
    def sbom_of_bundle(self) -> bytes:
        """The bill of what holds the bundle: it names every wheel by the hash of its file."""
        return sbom.document(self.project, map(sbom.of_wheel, self.wheelhouse), self.epoch)

    @property
    def wheelhouse(self) -> tuple[Path, ...]:
        """The bundle's wheels without the app's, each checked against the lock."""
        return self.house.wheels

    @stage("wheelhouse")
    def house(self) -> Wheelhouse:
        """What the lock names for the Pythons that the project promises."""
        return wheelhouse.for_bundle(self.project, self.wheel, self.locked, self._store)

    @property
    def image_wheelhouse(self) -> tuple[Path, ...]:
        """The image's wheels without the app's, each checked against the lock."""
        return self.image_house.wheels

    @stage("the image's wheelhouse")
    def image_house(self) -> Wheelhouse:
        """What the lock names for the Python of the base images."""
        return wheelhouse.for_python(self.project, self.wheel, self.locked, self._store, IMAGE)

    @property
    def _store(self) -> Store:
        return Store(self.cache, self.logs)

    def folder(self, name: str) -> Path:
        """A folder of the cache, made where there is none."""
        return wheelhouse.folder(self.cache / name)

    @stage("bundle")
    def bundle(self) -> Bundle:
        """The app and its dependencies, installed side by side."""
        site = fresh(self.work / "site-packages")
        wheels = (self.wheel, *self.wheelhouse)
        with step("bundle"):
            site.mkdir()
            spoken = self.project.tool.languages
            contents = {name_of(wheel): install_wheel(wheel, site, spoken) for wheel in wheels}
            settle(site, self.epoch)
        own = wheel_file.read(self.wheel)
        pythons = Pythons(self.house.pythons).narrowed(own.demands).specifier
        return Bundle(site, all(map(is_pure, wheels)), contents, pythons)

    @stage("the first start")
    def proof(self) -> None:
        """An application's bundle has started once; a project with its own command tests itself."""
        if self.project.is_application:
            bundle = self.bundle
            with step("starting it once"):
                proof.prove(bundle.site, self.project.package, bundle.pythons, self.logs)


def settle(tree: Path, epoch: int) -> None:
    """Give every file and folder below `tree` the same modes and times on every machine.

    What is executable for its owner is so for all, as Git and wheels have it.
    """
    for path in (*tree.rglob("*"), tree):
        path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
        os.utime(path, (epoch, epoch))


def name_of(wheel: Path) -> str:
    """The distribution's normalized name (PEP 427, PEP 503)."""
    return str(parse_wheel_filename(wheel.name)[0])


def is_pure(wheel: Path) -> bool:
    """Whether a wheel is for every processor (PEP 425)."""
    return all(tag.platform == "any" for tag in parse_wheel_filename(wheel.name)[3])
