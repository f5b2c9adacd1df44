"""The image for other processors, where this machine emulates them.

What is staged in it runs nowhere while it is built: bytecode and pure wheels are the same for all
processors, so this machine's Python lays them out. Only the base's own tools run emulated. Linux
does that by binfmt_misc: https://docs.kernel.org/admin-guide/binfmt-misc.html
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from shipways.errors import ToolMissing, UsageError
from shipways.formats.base import Job
from shipways.formats.docker import image_archive
from shipways.formats.docker.minimal_base import ensure_base
from shipways.inputs.stages import is_pure
from shipways.machines import engine
from shipways.util.progress import say, step

EMULATORS = {"amd64": "qemu-x86_64", "arm64": "qemu-aarch64"}  # Debian's architecture: its entry
BINFMT = Path("/proc/sys/fs/binfmt_misc")
OUTLIVES_ITS_FOLDER = "F"  # the flag of an entry that works in containers
HINT = (
    "apt-get install qemu-user-static binfmt-support, "
    "or: docker run --privileged --rm tonistiigi/binfmt --install {architecture}"
)


def archives(job: Job, name: str, archive: Path) -> tuple[list[Path], list[str]]:
    """Archives of the image for `--platform`, beside the engine's own, and why any is skipped."""
    made, skipped = [], []
    for platform in filter(None, job.options.platform.split(",")):
        architecture = _architecture(platform)
        if architecture == engine.architecture():
            continue
        target = archive.with_name(archive.name.replace(".tar", f"-{architecture}.tar"))
        try:
            _check(job, architecture)
        except ToolMissing as error:
            skipped.append(f"{platform} skipped: {error}")
            say(f"  {skipped[-1]}")
            continue
        with step(f"docker: for {platform}"):
            _build(job, architecture, name, target)
        made.append(target)
    return made, skipped


def _architecture(platform: str) -> str:
    system, _, architecture = platform.partition("/")
    if system != "linux" or architecture not in EMULATORS:
        known = ", ".join(f"linux/{name}" for name in EMULATORS)
        raise UsageError(f"There is no platform {platform!r}.", hint=f"Platforms are {known}.")
    return architecture


def _check(job: Job, architecture: str) -> None:
    """Raises `ToolMissing` where the image's steps could not run, or would get the wrong wheels."""
    entry = BINFMT / EMULATORS[architecture]
    lines = entry.read_text().splitlines() if entry.is_file() else []
    flags = next((line.split()[-1] for line in lines if line.startswith("flags:")), "")
    if "enabled" not in lines or OUTLIVES_ITS_FOLDER not in flags:
        raise ToolMissing(
            f"this machine does not emulate {architecture}.",
            hint=HINT.format(architecture=architecture),
        )
    for wheel in job.inputs.image_wheelhouse:
        if not is_pure(wheel):
            raise ToolMissing(
                f"{wheel.name} is compiled for this machine's processor.",
                hint=f"Build on a machine with {architecture}.",
            )


def _build(job: Job, architecture: str, name: str, target: Path) -> None:
    folder = job.work / architecture
    folder.mkdir()
    options, packages = job.options, image_archive.libraries(job.project)
    base = ensure_base(
        options.base, options.base_source, packages=packages, architecture=architecture
    )
    builder, platform = ensure_base("minimal", packages=packages), f"linux/{architecture}"
    job = dataclasses.replace(job, work=folder)
    image_archive.write(job, base, name, target, builder, platform)
