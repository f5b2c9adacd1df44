"""Sizes against `tar | xz -9e`, and the packaging step against nfpm alone."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.figure import Figure
from shipways.formats import FORMATS, Job, Options
from shipways.inputs.stages import Inputs
from shipways.project import model, source_tree
from shipways.util.command import find, run
from shipways.util.measure import median

PACKED = {"deb-bundled": "deb", "rpm": "rpm", "tarball": "deb"}  # -> what nfpm makes beside it
RUNS = 3
NFPM = """\
name: plain
arch: all
version: 1.0.0
maintainer: Nobody <nobody@example.org>
deb: {{compression: zstd}}
rpm: {{compression: zstd}}
contents:
  - {{src: {site}, dst: /usr/lib/plain, type: tree}}
"""


def figures(
    sample: Path, work: Path, *, packed: Sequence[str] = tuple(PACKED), runs: int = RUNS
) -> Iterator[Figure]:
    """Pack one bundle with both settings, and the same tree with the plain tools."""
    found = model.load(sample)
    inputs = Inputs(
        found, source_tree.epoch(sample), work / "cache", work / "inputs", work / "logs"
    )
    inputs.work.mkdir()
    site = inputs.bundle.site
    plain = xz_bytes(site, work)
    for name in packed:
        product = FORMATS[name].build(job(inputs, work, name, "small"))
        how = f"{product.builder.tool}, {product.builder.compression}; tar | xz -9e: {plain:,} B"
        ratio = product.paths[0].stat().st_size / plain
        yield Figure(f"{name}, small", ratio, 1.15, "× tar | xz -9e", how)
    for name in packed:
        yield against_nfpm(inputs, work, name, PACKED[name], runs)


def xz_bytes(site: Path, work: Path) -> int:
    """Bytes of `tar | xz -9e` over the tree."""
    packed = work / "plain.tar.xz"
    sort = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"]
    run(["tar", *sort, "-I", "xz -9e", "-C", site, "-cf", packed, "."], timeout=600)
    return packed.stat().st_size


def against_nfpm(inputs: Inputs, work: Path, name: str, packager: str, runs: int) -> Figure:
    """Our packaging step with `fast`, against nfpm with zstd on the same tree, in turn."""
    config = work / "nfpm.yaml"
    config.write_text(NFPM.format(site=inputs.bundle.site))
    nfpm = ["nfpm", "package", f"--config={config}", f"--packager={packager}", f"--target={work}"]
    assert find("nfpm")
    ours, plain = [], []
    for _ in range(runs):
        ours.append(timed(lambda: FORMATS[name].build(job(inputs, work, name, "fast"))))
        plain.append(timed(lambda: run(nfpm, timeout=600)))
    how = f"{median(ours):.2f} s against {median(plain):.2f} s, medians of {runs}, in turn"
    return Figure(f"{name}, fast", median(ours) / median(plain), 1.3, "× nfpm zstd", how)


def job(inputs: Inputs, work: Path, name: str, compression: str) -> Job:
    folder = work / f"{name}-{compression}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    options = Options(compression=compression)
    return Job(inputs.project, inputs, folder, work / "logs", options)


def timed(action: Callable[[], object]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started
