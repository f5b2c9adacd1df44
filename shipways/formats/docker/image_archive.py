"""The image's archive: built, saved, settled (see `oci_layout`), and loaded as a user would."""

from __future__ import annotations

import zipfile
from calendar import timegm
from collections.abc import Iterable, Sequence
from pathlib import Path

from shipways.errors import BuildError
from shipways.formats.base import Job
from shipways.formats.docker import oci_layout
from shipways.formats.docker.buildx import START_INTERVAL_NS, built
from shipways.formats.docker.minimal_base import ensure_base
from shipways.machines import engine, image_names
from shipways.machines.image_cache import Image
from shipways.project import lockfile
from shipways.project.model import Project
from shipways.util.command import run

TRANSFER_TIMEOUT_S = 300
LOCKED_LAYERS = 2  # over the base: what changes only with the base or the lock
STAGES = ("Python's bytecode", "dependencies, as locked", "the app")  # our layers
DROPPED_LABELS = (engine.LABEL, engine.ROLE_LABEL, "io.buildah.version")
LIBRARIES = {  # dependencies that load a system's library: Debian's package
    "mysqlclient": "libmariadb3",
    "psycopg": "libpq5",
    "psycopg-c": "libpq5",
    "psycopg2": "libpq5",
}
WITH_LIBRARY = {"psycopg-binary"}  # brings psycopg's own


def write(
    job: Job,
    base: Image,
    name: str,
    archive: Path,
    builder: Image | None = None,
    platform: str = "",
) -> list[oci_layout.Layer]:
    """Build the image and write it to `archive` under `name`; returns its layers.

    `platform` is another one than the engine's own, such as "linux/arm64"; `builder` is the same
    base for this one, in which the steps run.
    """
    with built(job, base, builder, platform) as image:
        return _settled(job, base, image, name, archive)


def base_image(job: Job) -> Image:
    """What the image stands on; made once, and then kept."""
    options = job.options
    return ensure_base(options.base, options.base_source, packages=libraries(job.project))


def libraries(project: Project) -> tuple[str, ...]:
    """Debian's packages that the locked dependencies need in the base besides Python."""
    names = {entry.name for entry in lockfile.of(project)}
    if names & WITH_LIBRARY:
        return ()
    return tuple(sorted({LIBRARIES[name] for name in names if name in LIBRARIES}))


def _settled(job: Job, base: Image, image: str, name: str, archive: Path) -> list[oci_layout.Layer]:
    """Save the image and write it as `archive`; returns its layers there.

    The base's layers stay as they are, so that servers that have them need not receive them again.
    """
    raw = job.work / "saved.tar"
    run([engine.name(), "save", f"--output={raw}", image], timeout=TRANSFER_TIMEOUT_S)
    saved = oci_layout.read(raw, job.work / "saved")
    below = len(engine.client().images.get(base.ref).attrs["RootFS"]["Layers"])
    locked = min(newest(job.inputs.image_wheelhouse), job.epoch)
    times = [None] * below + [locked] * LOCKED_LAYERS
    times += [job.epoch] * (len(saved.layers) - len(times))
    cache = job.inputs.folder("layers")
    layers = [
        oci_layout.finish(layer, time, cache)
        for layer, time in zip(saved.layers, times, strict=True)
    ]
    config = {**saved.config, "history": _history(saved.config, base, below)}
    config["config"]["Healthcheck"]["StartInterval"] = START_INTERVAL_NS
    config = oci_layout.settle_config(config, layers, job.epoch, drop=DROPPED_LABELS)
    oci_layout.write(archive, name, config, layers, job.epoch)
    return layers


def _history(config: oci_layout.Config, base: Image, below: int) -> list[oci_layout.Config]:
    """The base's, and an entry for each layer made here, for which engines have their own words."""
    entries = iter(config.get("history", ()))
    kept: list[oci_layout.Config] = []
    while below > sum(not entry.get("empty_layer") for entry in kept):
        kept.append(next(entries, {}))
    if base.source == "archive":
        kept = [{"created_by": f"FROM {base.platform}"}] * below
    return [*kept, *({"created_by": f"COPY /stage/ / # {what}"} for what in STAGES)]


def newest(wheels: Iterable[Path]) -> int:
    """Time of the newest file in some wheels, in seconds since 1970: changes only with them."""
    times = [0]
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            times += (timegm((*info.date_time, 0, 0, 0)) for info in archive.infolist())
    return max(times)


def load(archive: Path, name: str, layers: Sequence[oci_layout.Layer], owner: Path) -> int:
    """Load the archive as a user would; returns the image's size on disk, in bytes.

    `owner` is the checkout: only what it has made itself is replaced.
    """
    image_names.load(archive, [name], owner)
    image = engine.client().images.get(name)
    if image.attrs["RootFS"]["Layers"] != [layer.digest for layer in layers]:
        raise BuildError(f"{name} in the engine is not what {archive.name} holds.")
    return int(image.attrs["Size"])
