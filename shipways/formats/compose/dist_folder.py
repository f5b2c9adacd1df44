"""The folder dist/compose: the stack ready to run on the machine that builds.

Besides the archive's files it has compose.override.yaml, by which `docker compose build` makes the
image. Files are replaced one by one: what its user has made there (.env, secrets/) stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shipways.formats.base import Job
from shipways.formats.compose import stack_files
from shipways.formats.docker import buildx
from shipways.machines.image_cache import Image
from shipways.results import write_atomically
from shipways.util import templates

NAME = "compose"


def publish(job: Job, files: Mapping[str, bytes], base: Image, images: stack_files.Images) -> Path:
    """Write the folder; returns it."""
    folder = job.logs.parents[1] / NAME
    here = {**files, **_inputs(job), "compose.override.yaml": _override(job, folder, base, images)}
    for name, content in here.items():
        write_atomically(folder / name, content)
    for left in (folder / "build" / "wheel").glob("*.whl"):
        if f"build/wheel/{left.name}" not in here:
            left.unlink()  # that of another version
    return folder


def _inputs(job: Job) -> dict[str, bytes]:
    """What the image is made from, besides the wheelhouse."""
    made = job.work / "wheel"  # by the build of the image
    wheel = {f"build/wheel/{path.name}": path.read_bytes() for path in made.iterdir()}
    return {**wheel, "build/context/requirements.lock": buildx.requirements(job).encode()}


def _override(job: Job, folder: Path, base: Image, images: stack_files.Images) -> bytes:
    project = job.project
    contexts = {
        "recipe": templates.path("docker"),
        "wheelhouse": buildx.wheelhouse(job),
        "wheel": folder / "build" / "wheel",
        "pip": buildx.pip_package(),
    }
    arguments = {
        "BASE": base.ref,
        "NAME": project.name,
        "VERSION": project.version,
        "PORT": project.tool.port,
    }
    values = stack_files.values(project, images)
    text = templates.render(
        "compose/compose.override.yaml.j2", **values, contexts=contexts, arguments=arguments
    )
    return text.encode()
