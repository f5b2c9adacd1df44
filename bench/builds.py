"""The toolkit's own share of a warm build, the five sessions in one go, and how fast help comes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.figure import Figure
from shipways import results
from shipways.util.command import run
from shipways.util.measure import median

RUNS = 3
MIB = 1024 * 1024


def figures(
    sample: Path, work: Path, *, formats: Sequence[str] = (), runs: int = RUNS
) -> Iterator[Figure]:
    """Build formats (all, unless some are named) once cold, then warm, as a user does."""
    dist = work / "dist"
    shipways(sample, dist, "build", *formats, f"--runs={runs}")
    found = results.load(dist / results.FILE_NAME)
    assert found is not None
    for name, record in found.formats.items():
        build = record.build
        if not build.warm_s or build.tool_s is None:
            continue
        share = (build.runs[-1] - build.tool_s) / build.runs[-1]
        how = f"warm build of {build.runs[-1]:.1f} s, less the seconds of the tools it calls"
        yield Figure(f"{name}: own share", share, 0.10, "of the time", how)
    seconds = [shipways(sample, dist, "build", *formats) for _ in range(runs)]
    named = " and ".join(formats) or "all formats"
    how = f"wall time of `shipways build`, {named}, median of {runs}"
    yield Figure(f"warm run of {named}", median(seconds), 90, "s", how)
    yield from image(found)
    helps = [run(["shipways", "--help"], timeout=60).seconds for _ in range(5)]
    yield Figure("shipways --help", median(helps), 0.3, "s", "wall time, median of 5")


def image(found: results.Results) -> Iterator[Figure]:
    """The image's archive, and its content unpacked."""
    record = found.formats.get("docker")
    if record is None or not record.artifacts:
        return
    file = record.artifacts[0]
    yield Figure("image, compressed", file.bytes / MIB, 22, "MiB", f"size of {file.path}")
    if file.installed_bytes:
        how = "sum of the image's layers, unpacked"
        yield Figure("image, on disk", file.installed_bytes / MIB, 65, "MiB", how)


def shipways(sample: Path, dist: Path, *arguments: str) -> float:
    """Run the toolkit as its user does; wall seconds."""
    argv = [sys.executable, "-m", "shipways", *arguments, f"--project={sample}", f"--dist={dist}"]
    return run(argv, timeout=3600).seconds
