"""The image and its archive: built by BuildKit from packaging/docker/Dockerfile, offline.

The Dockerfile says what is in the image. What comes out of BuildKit differs from build to build in
its times, so it is saved, settled (see `shipways.oci`) and loaded again under its name.
"""

from __future__ import annotations

import zipfile
from calendar import timegm
from collections.abc import Iterable, Sequence
from pathlib import Path

from docker.errors import ImageNotFound

from shipways import linters, lock, oci, recipes
from shipways.artifact import Step
from shipways.command import run, version_of
from shipways.errors import BuildError
from shipways.formats.base import Format, Job, Product
from shipways.formats.docker_build import built, remove
from shipways.formats.tools import BUILDX, ENGINE, MMDEBSTRAP
from shipways.project import Project
from shipways.results import Builder, Lint
from shipways.roots import engine
from shipways.roots.images import Image
from shipways.roots.runtime_base import ensure_base

TRANSFER_TIMEOUT_S = 300
LOCKED_LAYERS = 2  # over the base: what changes only with the base or the lock
LIBRARIES = {  # dependencies that load a system's library: Debian's package
    "mysqlclient": "libmariadb3",
    "psycopg": "libpq5",
    "psycopg-c": "libpq5",
    "psycopg2": "libpq5",
}
WITH_LIBRARY = {"psycopg-binary"}  # brings psycopg's own


def build(job: Job) -> Product:
    """Build, settle and load the image; the archive is named as in dist/.

    Raises `ToolMissing` when no engine answers, `BuildError` when the image cannot be built.
    """
    base = base_image(job)
    archive = job.work / file_name(job.project)
    with built(job, base) as image:
        layers = _settled(job, base, image, archive)
    size = _load(archive, image_name(job.project), layers)
    builder = Builder(
        tool="docker buildx",
        version=version_of("docker", "buildx", "version") or "",
        compression="gzip -9, layer by layer",
        why=f"base: {base.platform}",
    )
    return Product((archive,), builder, size)


def base_image(job: Job) -> Image:
    """What the image stands on; made once, and then kept."""
    options = job.options
    return ensure_base(options.base, options.base_source, packages=libraries(job.project))


def image_name(project: Project) -> str:
    """NAME:VERSION. A tag knows no "+", which a local version (PEP 440) has."""
    return f"{project.name}:{project.version.replace('+', '-')}"


def file_name(project: Project) -> str:
    return f"{project.name}-{project.version}-image.tar.gz"


def libraries(project: Project) -> tuple[str, ...]:
    """Debian's packages that the locked dependencies need in the base besides Python."""
    names = {entry.name for entry in lock.read(project.lock)}
    if names & WITH_LIBRARY:
        return ()
    return tuple(sorted({LIBRARIES[name] for name in names if name in LIBRARIES}))


def _settled(job: Job, base: Image, image: str, archive: Path) -> list[oci.Layer]:
    """Save the image and write it as `archive`; returns its layers there.

    The base's layers stay as they are, so that servers that have them need not receive them again.
    """
    raw = job.work / "saved.tar"
    run(["docker", "save", f"--output={raw}", image], timeout=TRANSFER_TIMEOUT_S)
    saved = oci.read(raw, job.work / "saved")
    below = len(engine.client().images.get(base.ref).attrs["RootFS"]["Layers"])
    locked = min(newest(job.inputs.wheelhouse), job.epoch)
    times = [None] * below + [locked] * LOCKED_LAYERS
    times += [job.epoch] * (len(saved.layers) - len(times))
    cache = job.inputs.cache / "layers"
    layers = [
        oci.finish(layer, time, cache) for layer, time in zip(saved.layers, times, strict=True)
    ]
    config = oci.settle_config(
        saved.config, layers, job.epoch, drop=(engine.LABEL, engine.ROLE_LABEL)
    )
    oci.write(archive, image_name(job.project), config, layers, job.epoch)
    return layers


def newest(wheels: Iterable[Path]) -> int:
    """Time of the newest file in some wheels, in seconds since 1970: changes only with them."""
    times = [0]
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            times += (timegm((*info.date_time, 0, 0, 0)) for info in archive.infolist())
    return max(times)


def _load(archive: Path, name: str, layers: Sequence[oci.Layer]) -> int:
    """Load the archive as a user would; returns the image's size on disk, in bytes."""
    images = engine.client().images
    try:
        before = images.get(name).id
    except ImageNotFound:
        before = None
    run(["docker", "load", f"--input={archive}"], timeout=TRANSFER_TIMEOUT_S)
    image = images.get(name)
    if before not in (None, image.id):
        remove(str(before))
    if image.attrs["RootFS"]["Layers"] != [layer.digest for layer in layers]:
        raise BuildError(f"{name} in the engine is not what {archive.name} holds.")
    return int(image.attrs["Size"])


def lint(job: Job, _product: Product) -> list[Lint]:
    """hadolint over the Dockerfile; its style counts as well."""
    dockerfile = recipes.path("docker/Dockerfile")
    return [linters.check("hadolint", ["hadolint", dockerfile], job.logs)]


def steps(project: Project) -> tuple[Step, ...]:
    """Docker's own commands; the container may write nowhere but in its volume."""
    name, image = project.name, image_name(project)
    load = f"docker load -i {file_name(project)}"
    start = (
        f"docker run -d --name {name} --restart unless-stopped --read-only --cap-drop ALL "
        f"--security-opt no-new-privileges -p {project.tool.port}:{project.tool.port} "
        f"-v {name}-data:{project.state_dir} {image}"
    )
    return (
        Step("install", load, "the image, from its archive"),
        Step("start", start, "migrate, then serve; read-only and without privileges"),
        Step("upgrade", load, "the new image beside the old one"),
        Step("upgrade", f"docker stop {name}", "requests under way are finished"),
        Step("upgrade", f"docker rm {name}", "the old container; the data stays in its volume"),
        Step("upgrade", start, "the new version on the same data"),
        Step("rollback", f"docker rm -f {name}", "the new container"),
        Step("rollback", start, "the previous version, whose image is still there"),
        Step("remove", f"docker rm -f {name}", "the container; the data stays in its volume"),
        Step("purge", f"docker volume rm {name}-data", "the data, for good"),
        Step("purge", f"docker image rm {image}", "the image"),
    )


def needs(_project: Project) -> str:
    return "Docker Engine 20.10 or newer, or another engine that takes OCI images"


FORMAT = Format(
    id="docker",
    title="Container image",
    installs_on="anything that runs OCI images",
    needs=needs,
    uses=("distributions", "wheelhouse"),
    tools=(ENGINE, BUILDX, MMDEBSTRAP),
    prepare=base_image,
    build=build,
    lint=lint,
    steps=steps,
)
