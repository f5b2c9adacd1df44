"""The image: how long `docker build` takes after a changed line, and how soon the app answers."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from shipways.formats import Job
from shipways.formats.docker.first_response import first_answer
from shipways.formats.docker.image_archive import base_image, load, write
from shipways.inputs.stages import Inputs
from shipways.machines.image_names import untag
from shipways.project import model, source_tree
from shipways.util.command import metered
from shipways.util.measure import median

RUNS = 5
PREPARED = "first"  # not counted: it fills the caches


def figures(sample: Path, work: Path) -> Iterator[Figure]:
    """Build the image once, then again after each changed line; start the last one."""
    root = work / "sample"
    source_tree.snapshot(sample, root)
    name = f"shipways/bench:{os.getpid()}"
    built, packed = [], []
    try:
        for label in (PREPARED, *map(str, range(RUNS))):
            seconds = changed(root, work / label, name)
            if label != PREPARED:
                built.append(seconds[0])
                packed.append(seconds[1])
        answers = [first_answer(name, model.load(root)).seconds for _ in range(RUNS)]
    finally:
        untag(name)
    how = (
        f"BuildKit alone, its wheel ready; with the archive written and loaded "
        f"{median(packed):.1f} s; medians of {RUNS}, the best {min(built):.1f} and "
        f"{min(packed):.1f} s"
    )
    yield Figure("docker build, one line changed", median(built), 3, "s", how)
    how = (
        f"from `docker run` on an empty volume to the first response, median of {RUNS}, "
        f"the best {min(answers):.1f} s"
    )
    yield Figure("app alone, first response", median(answers), 2, "s", how)


def changed(root: Path, work: Path, name: str) -> tuple[float, float]:
    """Change a line of the app and build: seconds of `docker build`, and of all there is to do."""
    (settings,) = root.glob("*/settings.py")
    with settings.open("a") as file:
        file.write(f"CHANGED = {time.time()}\n")
    (work / "inputs").mkdir(parents=True)
    found = model.load(root)
    epoch = source_tree.epoch(root)
    inputs = Inputs(found, epoch, work.parent / "cache", work / "inputs", work / "logs")
    job = Job(found, inputs, work, work / "logs")
    base = base_image(job)
    assert inputs.wheel
    assert inputs.image_wheelhouse
    began = time.monotonic()
    with metered() as commands:
        archive = work / "image.tar.gz"
        load(archive, name, write(job, base, name, archive), root)
    seconds = time.monotonic() - began
    shutil.rmtree(work)
    return next(done.seconds for done in commands if "build" in done.argv), seconds
