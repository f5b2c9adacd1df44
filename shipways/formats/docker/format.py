"""The image and its archive: built by BuildKit from packaging/docker/Dockerfile, offline.

The Dockerfile says what is in the image. What comes out of BuildKit differs from build to build in
its times, so it is saved, settled (see `oci_layout`) and loaded again under its name.
"""

from __future__ import annotations

import dataclasses
import shlex
from pathlib import Path

import msgspec

from shipways.formats import linters, listing, several
from shipways.formats.base import Format, Job, Product
from shipways.formats.docker import image_sbom, platforms
from shipways.formats.docker.compare_bases import compare
from shipways.formats.docker.image_archive import base_image, load, write
from shipways.formats.host_tools import BUILDER, ENGINE, MMDEBSTRAP
from shipways.formats.several import Several
from shipways.formats.step import Step
from shipways.inputs import sbom
from shipways.inputs.closure import Found
from shipways.machines import engine
from shipways.project import versions
from shipways.project.model import Project
from shipways.results import Builder, Lint
from shipways.util import templates
from shipways.util.messages import mark as _

FOLDERS = ("app/dependencies", "app/site-packages")  # on the launcher's path


def build(job: Job) -> Product:
    """The image of the engine's own platform, and archives for those that `--platform` names."""
    own = image(job)
    (archive,) = own.paths
    others, skipped = platforms.archives(job, image_name(job.project), archive)
    builder = msgspec.structs.replace(own.builder, why="; ".join([own.builder.why, *skipped]))
    return dataclasses.replace(own, paths=(archive, *others), builder=builder)


def image(job: Job) -> Product:
    """Build, settle and load the image; the archive is named as in dist/.

    Raises `ToolMissing` when no engine answers, `BuildError` when the image cannot be built.
    """
    base = base_image(job)
    archive, name = job.work / file_name(job.project), image_name(job.project)
    layers = write(job, base, name, archive)
    size = load(archive, name, layers, job.project.root) if job.keep else None
    builder = Builder(
        tool=f"{engine.name()} {'buildx' if engine.name() == 'docker' else 'build'}",
        version=engine.builder() or "",
        compression="gzip -9, layer by layer",
        why=f"base: {base.platform}",
    )
    materials = sbom.write(job.work, archive.name, image_sbom.document(job, base))
    return Product((archive,), builder, size, materials)


def image_name(project: Project) -> str:
    """NAME:VERSION."""
    return f"{project.name}:{versions.tag(project.version)}"


def file_name(project: Project) -> str:
    return f"{project.name}-{versions.file_part(project.version)}-image.tar.gz"


def lint(job: Job, _product: Product) -> list[Lint]:
    """hadolint over the Dockerfile; its style counts as well."""
    dockerfile = templates.path("docker/Dockerfile")
    return [linters.check("hadolint", ["hadolint", dockerfile], job.logs)]


def run_command(project: Project, name: str, port: int | None, *, volume: bool = True) -> str:
    """Starts a container called `name`, which may write nowhere but in its volume NAME-data.

    `port` is the host's that leads to it; None leaves it unpublished.
    """
    words = [
        f"docker run -d --name {name} --restart unless-stopped --read-only --cap-drop ALL",
        "--security-opt no-new-privileges",
        *([f"-p {port}:{project.tool.port}"] if port else []),
        *([f"-v {name}-data:{project.state_dir}"] if volume else []),
        image_name(project),
    ]
    return " ".join(words)


def instance(project: Project, _file: str, number: int) -> list[str]:
    """A name, a volume and a published port for each."""
    return [run_command(project, several.name(project, number), several.port(project, number))]


def steps(project: Project, file: str) -> tuple[Step, ...]:
    """Docker's own commands."""
    name, image = project.name, image_name(project)
    load = f"docker load -i {shlex.quote(file)}"
    start = run_command(project, name, project.tool.port)
    return (
        Step("install", load, _("the image, from its archive")),
        Step("start", start, _("migrate, then serve; read-only and without privileges")),
        Step("upgrade", load, _("the new image beside the old one")),
        Step("upgrade", f"docker stop {name}", _("requests under way are finished")),
        Step("upgrade", f"docker rm {name}", _("the old container; the data stays in its volume")),
        Step("upgrade", start, _("the new version on the same data")),
        Step("rollback", f"docker rm -f {name}", _("the new container")),
        Step("rollback", start, _("the previous version, whose image is still there")),
        Step("remove", f"docker rm -f {name}", _("the container; the data stays in its volume")),
        Step("purge", f"docker volume rm {name}-data", _("the data, for good")),
        Step("purge", f"docker image rm {image}", _("the image")),
    )


def needs(_project: Project) -> str:
    return "Docker Engine 20.10 or newer, or another engine that takes OCI images"


def holds(_project: Project, path: Path) -> list[Found]:
    """App and dependencies, in a folder each."""
    with path.open("rb") as file:
        return listing.installed(listing.in_image(file), *FOLDERS)


FORMAT = Format(
    id="docker",
    title=_("Container image"),
    kind="container",
    installs_on=_("anything that runs OCI images"),
    needs=needs,
    uses=("distributions", "image_wheelhouse"),
    tools=(ENGINE, BUILDER, MMDEBSTRAP),
    prepare=base_image,
    build=build,
    lint=lint,
    steps=steps,
    holds=holds,
    file_name=file_name,
    several=Several(("prerequisite", "install"), instance),
    compare=compare,
)
