"""How an image is built from packaging/docker/Dockerfile: contexts, arguments, labels.

The Python SDK has no BuildKit, so this is the command line: `docker buildx build`, or where Podman
is the engine `podman build`, which is Buildah's.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from shipways.errors import ToolMissing
from shipways.formats.base import Job
from shipways.formats.docker import image_sbom
from shipways.machines import engine, image_names
from shipways.machines.image_cache import Image
from shipways.project import lockfile
from shipways.project.model import Project
from shipways.util import measure, templates
from shipways.util.command import run

BUILD_TIMEOUT_S = 900
START_INTERVAL = " --start-interval=1s"  # of the health check; Buildah does not know it
START_INTERVAL_NS = 1_000_000_000  # the same in the image's configuration


@contextlib.contextmanager
def built(job: Job, base: Image, builder: Image | None = None, platform: str = "") -> Iterator[str]:
    """The id of the image as the engine makes it: without a name, and gone afterwards.

    With another `platform` than the engine's own, its steps run in `builder`, which is for that.
    """
    identity = job.work / "image-id"
    try:
        run(
            [
                *_command(job, base, builder or base, platform),
                f"--iidfile={identity}",
                _source(job),
            ],
            timeout=BUILD_TIMEOUT_S,
            env={
                "SOURCE_DATE_EPOCH": str(job.epoch),
                "BUILDX_CONFIG": str(job.work / "buildx"),  # else in a home, which not all have
            },
            log_file=job.logs / "build.log",
        )
        yield identity.read_text()
    finally:
        if identity.is_file():
            image_names.remove_nameless(identity.read_text())


def _command(job: Job, base: Image, builder: Image, platform: str) -> list[str | Path]:
    project, wheel = job.project, _wheel(job, base)
    contexts = {
        "recipe": templates.path("docker"),
        "wheelhouse": wheelhouse(job),
        "wheel": wheel,
        "pip": pip_package(),
    }
    values = {
        "BASE": base.ref,
        "BUILDER": builder.ref,
        "NAME": project.name,
        "VERSION": project.version,
        "PORT": project.tool.port,
        "BYTECODE": int(job.options.bytecode),
        "LANGUAGES": " ".join(project.tool.languages),
        "WHEEL": _digest(wheel),
    }
    return [
        *engine.build_command(), "--network=none", f"--file={_dockerfile(job)}",
        *([f"--platform={platform}"] if platform else []), *(["--no-cache"] if job.cold else []),
        *(f"--build-context={name}={path}" for name, path in contexts.items()),
        *(f"--build-arg={name}={value}" for name, value in values.items()),
        *(f"--label={name}={value}" for name, value in labels(project, job.inputs.commit).items()),
    ]  # fmt: skip


def _dockerfile(job: Job) -> Path:
    """The recipe's, without what Buildah does not know where Podman is the engine."""
    path = templates.path("docker/Dockerfile")
    if engine.name() != "podman":
        return path
    copy = job.work / "Dockerfile"
    copy.write_text(path.read_text(encoding="utf-8").replace(START_INTERVAL, ""), encoding="utf-8")
    return copy


def _digest(folder: Path) -> str:
    """Of all files in a folder: Buildah's cache does not look into what is mounted."""
    return sha256("".join(map(measure.sha256, sorted(folder.iterdir()))).encode()).hexdigest()


def labels(project: Project, commit: str) -> dict[str, str]:
    """What the image says of itself, where the project says it.

    https://github.com/opencontainers/image-spec/blob/main/annotations.md
    """
    known = {
        "title": project.name,
        "description": project.summary,
        "version": project.version,
        "licenses": project.license,
        "url": project.homepage,
        "authors": project.tool.maintainer,
        "revision": commit,
    }
    return {f"org.opencontainers.image.{key}": value for key, value in known.items() if value}


def _source(job: Job) -> Path:
    """The build context: only what is locked, since the project's wheel is there."""
    context = job.work / "context"
    context.mkdir()
    (context / "requirements.lock").write_text(requirements(job), encoding="utf-8")
    return context


def requirements(job: Job) -> str:
    """The lines of the lock that are for the image's Python, as pip reads them."""
    return lockfile.pinned(job.inputs.image_house.entries)


def wheelhouse(job: Job) -> Path:
    """The folder with the wheels of all dependencies; an empty one where there are none."""
    if job.inputs.image_wheelhouse:
        return job.inputs.image_wheelhouse[0].parent
    folder = job.work / "wheelhouse"
    folder.mkdir()
    return folder


def _wheel(job: Job, base: Image) -> Path:
    """The app's wheel, how the app is started, and what the image is made of."""
    folder = job.work / "wheel"
    folder.mkdir()
    shutil.copyfile(job.inputs.wheel, folder / job.inputs.wheel.name)
    (folder / "launch.json").write_text(json.dumps(launch(job.project)), encoding="utf-8")
    (folder / "bill.json").write_bytes(image_sbom.document(job, base))
    return folder


def launch(project: Project) -> dict[str, object]:
    """What packaging/docker/launch.py has to know of the app."""
    tool = project.tool
    return {
        "command": project.command,
        "entry_point": project.entry_point,
        "serve": tool.serve,
        "health": tool.health,
        "port": tool.port,
        "state": project.state_dir,
        "bind_variable": tool.bind_variable,
        "environment": {
            tool.bind_variable: f"0.0.0.0:{tool.port}",
            tool.state_dir_variable: project.state_dir,
        },
    }


def pip_package() -> Path:
    """The folder of the package pip, for bases that are without it."""
    found = importlib.util.find_spec("pip")
    if found is None or found.origin is None:
        raise ToolMissing("pip is not in this environment.", hint="python3 -m ensurepip")
    return Path(found.origin).parent
