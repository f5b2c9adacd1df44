"""The stack: PostgreSQL, the app and a proxy, as one archive for a server without a network.

The archive unpacks to the folder NAME, whatever the version: a later one takes the earlier one's
place and finds its settings and secrets there.
"""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from shipways.formats import linters, listing, several
from shipways.formats.base import Format, Job, Product, Tool
from shipways.formats.compose import (
    dist_folder,
    images_archive,
    kubernetes,
    service_images,
    stack_files,
)
from shipways.formats.compose.service_images import ServiceImage
from shipways.formats.docker import format as docker
from shipways.formats.docker import image_archive, image_sbom
from shipways.formats.several import Several
from shipways.formats.step import Step, by_phase
from shipways.inputs import sbom
from shipways.inputs.closure import Found
from shipways.machines import image_names
from shipways.project import versions
from shipways.project.model import Project
from shipways.results import Builder, Lint
from shipways.util import reproducible_tar, templates
from shipways.util.command import version_of
from shipways.util.messages import mark as _
from shipways.util.progress import say, step

HEADINGS = {
    "install": "Install",
    "start": "Start",
    "upgrade": "Upgrade",
    "rollback": "Go back to the version before",
    "remove": "Remove; data, settings and secrets stay",
    "purge": "Remove the data as well",
}
IMAGES = "images.tar.gz"


def build(job: Job) -> Product:
    """Build the image, pack it with its neighbours, and leave dist/compose ready to run.

    Raises `ToolMissing` when no engine answers, `BuildError` when an image cannot be made.
    """
    image = docker.image(job).paths[0]
    with step("images of database and proxy"):
        source = job.options.base_source
        neighbours = [
            service_images.ensure(service, source)
            for service in (service_images.POSTGRES, service_images.PROXY)
        ]
    called = stack_files.Images(
        docker.image_name(job.project), *(image.name for image in neighbours)
    )
    materials = _sbom(job, neighbours)
    files = folder_files(job.project, called) | {f"{job.project.name}{sbom.SUFFIX}": materials}
    packed = job.work / IMAGES
    size = _pack_images(job, image, neighbours, packed)
    out = job.work / file_name(job.project)
    _write(job, files, packed, out)
    _publish(job, files, called)
    return Product((out,), _builder(neighbours), size, sbom.write(job.work, out.name, materials))


def folder_files(project: Project, images: stack_files.Images) -> dict[str, bytes]:
    """Everything in the archive but the images, by its path in the folder."""
    return {
        **stack_files.files(project, images),
        **kubernetes.files(project, images),
        "INSTALL.md": instructions(project, images).encode(),
    }


def _sbom(job: Job, others: list[ServiceImage]) -> bytes:
    """What the stack is made of, image by image."""
    app = image_sbom.parts(job, image_archive.base_image(job))
    images = {docker.image_name(job.project): app}
    images |= {image.name: image_sbom.of_image(image.ref) for image in others}
    return sbom.document(job.project, (), job.epoch, images)


def _pack_images(job: Job, app: Path, others: list[ServiceImage], target: Path) -> int:
    """Write the images, load them as a user would; returns their sizes on disk, in bytes."""
    cache = job.inputs.folder("layers")
    name = docker.image_name(job.project)
    packed = [images_archive.from_archive(name, app, job.work / "app", cache)]
    packed += [
        images_archive.from_engine(image, job.work / f"image-{number}", cache)
        for number, image in enumerate(others)
    ]
    images_archive.write(target, packed, job.epoch)
    if job.keep:
        image_names.load(target, [image.name for image in packed], job.project.root)
    layers = {layer.digest: layer.size for image in packed for layer in image.layers}
    return sum(layers.values())


def _write(job: Job, files: Mapping[str, bytes], packed: Path, out: Path) -> None:
    """The archive; nothing in it is worth compressing besides the images, which are compressed."""
    tree = job.work / "stack"
    for name, content in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(content)
    packed.rename(tree / IMAGES)
    with tempfile.TemporaryFile(dir=job.work) as tar, out.open("wb") as file:
        reproducible_tar.write_tar(tar, tree, folder_name(job.project), job.epoch)
        tar.seek(0)
        reproducible_tar.gzip(tar, file, job.epoch, level=0)


def _publish(job: Job, files: Mapping[str, bytes], called: stack_files.Images) -> None:
    folder = dist_folder.publish(job, files, image_archive.base_image(job), called)
    if not job.cold:
        say(f"  start it here: cd {folder} && sh make-secrets.sh && docker compose up -d")


def _builder(images: list[ServiceImage]) -> Builder:
    return Builder(
        tool="docker compose",
        version=version_of("docker", "compose", "version") or "",
        compression="gzip -9, layer by layer",
        why=", ".join(f"{image.name} from the {image.source}" for image in images),
    )


def folder_name(project: Project) -> str:
    """The folder that the archive unpacks to."""
    return project.name


def file_name(project: Project) -> str:
    return f"{project.name}-{versions.file_part(project.version)}-compose.tar.gz"


def backup(project: Project) -> str:
    """The command that writes a backup; typed in the stack's folder."""
    name = stack_files.database_name(project)
    return f"docker compose exec -T db pg_dump -U {name} -Fc {name} > backup.dump"


def restore(project: Project) -> str:
    """The command that puts a backup back, whole or not at all."""
    name = stack_files.database_name(project)
    return (
        f"docker compose exec -T db pg_restore -U {name} -d {name} "
        "--clean --if-exists --single-transaction < backup.dump"
    )


def instructions(project: Project, images: stack_files.Images) -> str:
    """INSTALL.md, from the steps."""
    return templates.render(
        "compose/INSTALL.md.j2",
        **stack_files.values(project, images),
        needs=needs(project),
        phases=list(by_phase(FORMAT.printed(project))),
        headings=HEADINGS,
        archive=file_name(project),
        folder=folder_name(project),
        backup=backup(project),
        restore=restore(project),
    )


def lint(job: Job, _product: Product) -> list[Lint]:
    """Compose's own check of compose.yaml, shellcheck over the scripts."""
    tree = job.logs.parents[1] / dist_folder.NAME
    check = ["docker", "compose", f"--file={tree / 'compose.yaml'}", "config", "--quiet"]
    scripts = [
        tree / "make-secrets.sh",
        tree / "upgrade.sh",
        templates.path("compose/postgres/entrypoint.sh"),
    ]
    return [
        linters.check("docker-compose-config", check, job.logs),
        linters.scripts(scripts, job.logs),
    ]


def instance(project: Project, file: str, number: int) -> list[str]:
    """A project name, a folder with secrets, and a published port for each."""
    name = several.name(project, number)
    home = f"/srv/{name}/{folder_name(project)}"
    publish = f"PUBLISH=127.0.0.1:{several.port(project, number)}"
    return [
        f"mkdir /srv/{name} && tar xf {shlex.quote(file)} -C /srv/{name} --exclude='*.tar.gz'",
        f"sh {home}/make-secrets.sh && echo {publish} > {home}/.env",
        up_command(home, f"-p {name}"),
    ]


def up_command(folder: str, *options: str) -> str:
    """Starts the stack in a folder, and waits until it is well."""
    return " ".join(["docker compose", *options, f"--project-directory {folder} up -d --wait"])


def steps(project: Project, file: str) -> tuple[Step, ...]:
    """Docker's own commands, in the folder that the archive unpacks to."""
    folder = folder_name(project)
    unpack = f"tar xf {shlex.quote(file)}"
    load = f"docker load -i {folder}/{IMAGES}"
    compose = f"docker compose --project-directory {folder}"
    return (
        Step("install", unpack, _("the stack's folder")),
        Step("install", load, _("the images of app, database and proxy")),
        Step("install", f"sh {folder}/make-secrets.sh", _("passwords and keys, made here and now")),
        Step(
            "start",
            up_command(folder),
            _("database, migrations, app, proxy: each when the one before is well"),
        ),
        Step("upgrade", unpack, _("the new version over the old one; settings and secrets stay")),
        Step("upgrade", load, _("the new images")),
        Step(
            "upgrade",
            f"sh {folder}/upgrade.sh",
            _("migrate, then replace the app; no request fails"),
        ),
        Step("rollback", unpack, _("the archive of the version before")),
        Step("rollback", f"sh {folder}/upgrade.sh", _("its image is still there")),
        Step("remove", f"{compose} down", _("containers and networks")),
        Step("purge", f"{compose} down --volumes", _("the data, for good")),
        Step("purge", f"{compose} down --rmi all", _("the images")),
        Step("purge", f"rm -r {folder}", _("settings and secrets")),
    )


def needs(_project: Project) -> str:
    return "Docker Engine 23 or newer with Compose 2.20 or newer; no network"


def holds(project: Project, path: Path) -> list[Found]:
    """Those of the app's image, which is the first one in the archive of images."""
    with listing.member_of(path, f"{folder_name(project)}/{IMAGES}") as file:
        return listing.installed(listing.in_image(file), *docker.FOLDERS)


FORMAT = Format(
    id="compose",
    title=_("Stack with PostgreSQL"),
    kind="stack",
    installs_on=_("anything that runs Docker Compose, offline"),
    needs=needs,
    uses=docker.FORMAT.uses,
    tools=(
        *docker.FORMAT.tools,
        Tool(
            "docker compose",
            partial(version_of, "docker", "compose", "version"),
            "apt-get install docker-compose",
        ),
    ),
    build=build,
    lint=lint,
    steps=steps,
    holds=holds,
    file_name=file_name,
    several=Several(("prerequisite", "install"), instance),
    services=("PostgreSQL", "app", "nginx"),
)
