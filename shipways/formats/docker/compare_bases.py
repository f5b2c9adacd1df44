"""The image on each base, side by side: the figures by which one of them is the default."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shipways.errors import BuildError, ShipwaysError
from shipways.formats.base import Job
from shipways.formats.docker import image_archive, image_packages, image_scan, oci_layout
from shipways.formats.docker.first_response import Answer, first_answer
from shipways.inputs.stages import Inputs
from shipways.machines import image_names
from shipways.machines.image_cache import Image
from shipways.results import BaseRecord
from shipways.util.measure import median
from shipways.util.progress import step

RUNS = 3
CHANGE = "\n_changed = True\n"  # one line more


@dataclass(frozen=True)
class Variant:
    """A base, and whether Python's bytecode comes with it."""

    id: str
    base: str
    bytecode: bool = True


VARIANTS = (
    Variant("minimal", "minimal"),
    Variant("minimal-no-bytecode", "minimal", bytecode=False),
    Variant("python", "python"),
    Variant("debian", "debian"),
)
BASES = {"runtime": "minimal", "python": "python", "debian:13": "debian"}  # role -> base


def compare(job: Job) -> dict[str, BaseRecord]:
    """Build the image on each base and measure it there; the images are gone afterwards.

    A base that cannot be had here is a record `skipped: reason`, one that does not carry the app
    is `failed`.
    """
    default = BASES[image_archive.base_image(job).role], job.options.bytecode
    changed = _changed(job)
    records, running = {}, {}
    with contextlib.ExitStack() as stack:
        for each in VARIANTS:
            with step(f"docker: on {each.id}"):
                record, image = _built(job, changed, each)
            record.default = (each.base, each.bytecode) == default
            records[each.id] = record
            if image:
                stack.callback(image_names.untag, image)
                running[each.id] = image
        with step("docker: first responses"):
            _answers(job, records, running)
    return records


def _built(job: Job, changed: Inputs, variant: Variant) -> tuple[BaseRecord, str]:
    """The record of an image, without its times, and what the engine calls it."""
    job = _variant_of(job, variant)
    name = f"shipways/compared:{variant.id}-{os.getpid()}"
    try:
        base = image_archive.base_image(job)
    except ShipwaysError as error:
        return BaseRecord(status="skipped", reason=error.reason), ""
    try:
        return _record(job, changed, base, name), name
    except ShipwaysError as error:
        return BaseRecord(status="failed", reason=error.reason, platform=base.platform), ""


def _variant_of(job: Job, variant: Variant) -> Job:
    folder = job.work / variant.id
    folder.mkdir()
    options = dataclasses.replace(job.options, base=variant.base, bytecode=variant.bytecode)
    return dataclasses.replace(job, work=folder, options=options)


def _record(job: Job, changed: Inputs, base: Image, name: str) -> BaseRecord:
    archive = job.work / "image.tar.gz"
    layers = image_archive.write(job, base, name, archive)
    found = image_scan.read(oci_layout.read(archive, job.work / "read").layers)
    return BaseRecord(
        status="ok",
        platform=base.platform,
        artifact_bytes=archive.stat().st_size,
        disk_bytes=image_archive.load(archive, name, layers, job.project.root),
        packages=len(image_packages.installed(base.ref)),
        update_bytes=_update(job, changed, base, layers),
        **dataclasses.asdict(found),
    )


def _update(job: Job, changed: Inputs, base: Image, before: list[oci_layout.Layer]) -> int:
    """Bytes of the layers, compressed, that are others after the change."""
    folder = job.work / "changed"
    folder.mkdir()
    again = dataclasses.replace(job, inputs=changed, work=folder)
    there = {layer.digest for layer in before}
    layers = image_archive.write(again, base, "shipways/changed", folder / "image.tar.gz")
    return sum(layer.packed_size for layer in layers if layer.digest not in there)


def _changed(job: Job) -> Inputs:
    """The inputs of the same project after one line was added to the module that starts it."""
    folder = job.work / "changed"
    root = folder / "root"
    shutil.copytree(job.inputs.source, root, symlinks=True)
    with _module(root, job.project.entry_point).open("a", encoding="utf-8") as file:
        file.write(CHANGE)
    (folder / "inputs").mkdir()
    project = dataclasses.replace(job.project, root=root, is_snapshot=True)
    return dataclasses.replace(job.inputs, project=project, work=folder / "inputs")


def _module(root: Path, entry_point: str) -> Path:
    path = entry_point.partition(":")[0].replace(".", "/")
    found = [*root.rglob(f"{path}.py"), *root.rglob(f"{path}/__init__.py")]
    if not found:
        raise BuildError(f"{entry_point} is in no file of the project: which line to change?")
    return found[0]


def _answers(job: Job, records: dict[str, BaseRecord], running: dict[str, str]) -> None:
    """In turn, so that a busy moment of this machine is not one image's alone."""
    answers: dict[str, list[Answer]] = {name: [] for name in running}
    for name in [*running] * RUNS:
        with _failing(records[name]):
            answers[name].append(first_answer(running[name], job.project))
    for name, found in answers.items():
        if found:
            records[name].first_response_runs = [answer.seconds for answer in found]
            records[name].first_response_s = median(answer.seconds for answer in found)
            records[name].cpu_s = median(answer.cpu_s for answer in found)


@contextlib.contextmanager
def _failing(record: BaseRecord) -> Iterator[None]:
    try:
        yield
    except BuildError as error:
        record.status, record.reason = "failed", error.reason
