"""Seconds from `apt install` to the first response, as shipped and with bytecode in the package.

Bytecode fits one version of Python only, so no bundle that runs on all of them can rely on it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from bench.sizes import job
from shipways.formats import FORMATS
from shipways.inputs.stages import Inputs
from shipways.machines import image_cache
from shipways.machines.machine import machine
from shipways.project import model, source_tree
from shipways.util.extraction import extract
from shipways.util.measure import median
from shipways.verify.delivery import Delivery
from shipways.verify.scenario import offline
from shipways.verify.targets import TARGETS

FORMAT, GROUND = "deb-bundled", "debian:13"
RUNS = 5
LIMIT_S = 5
COMPILE = (
    "python3 -m compileall -q --invalidation-mode unchecked-hash -s {0} -p /usr/lib/{1}/{2} {0}"
)


def figures(sample: Path, work: Path) -> Iterator[Figure]:
    """Install both on clean machines in turn; the median of each."""
    found = model.load(sample)
    inputs = Inputs(
        found, source_tree.epoch(sample), work / "cache", work / "inputs", work / "logs"
    )
    inputs.work.mkdir()
    shipped = packed(inputs, work, "shipped")
    compile_all(inputs.bundle.site, found.name)
    compiled = packed(inputs, work, "compiled")
    assert compiled.size > shipped.size, "no bytecode is in it"
    runs: tuple[list[float], list[float]] = [], []
    for _ in range(RUNS):
        runs[0].append(first_response(shipped, work))
        runs[1].append(first_response(compiled, work))
    ours, other = map(median, runs)
    how = f"{GROUND} that has Python, no network; median of {RUNS}, {spread(runs[0])}"
    yield Figure(f"{FORMAT}: install to first response", ours, LIMIT_S, "s", how)
    more = compiled.size / shipped.size
    how = f"with bytecode: {spread(runs[1])}, and {more:.2f} × the bytes; in turn"
    yield Figure(
        f"{FORMAT}: as shipped, to one with bytecode", ours / other, 1.5, "× the time", how
    )


def packed(inputs: Inputs, work: Path, label: str) -> Delivery:
    made = FORMATS[FORMAT].build(job(inputs, work, FORMAT, "small"))
    kept = work / label
    kept.mkdir()
    return Delivery(inputs.project, FORMATS[FORMAT], Path(shutil.move(made.paths[0], kept)))


def compile_all(site: Path, name: str) -> None:
    """Add bytecode to a bundle's tree, by the Python of the machine that it goes to."""
    with machine(image_cache.ensure(GROUND, packages=("python3",))) as root:
        root.copy_in(site, f"/srv/{site.name}")
        root.run(COMPILE.format(f"/srv/{site.name}", name, site.name), timeout=300)
        root.run(f"tar -C /srv -cf /srv/compiled.tar {site.name}", timeout=60)
        packed = site.with_name("compiled.tar")
        root.copy_out("/srv/compiled.tar", packed)
    shutil.rmtree(site)
    extract(packed, site.parent)


def first_response(delivery: Delivery, work: Path) -> float:
    """Seconds from the first command of an installation without a network to the first response."""
    seconds = offline(delivery, TARGETS[GROUND], work, work / "logs", "auto")
    assert seconds is not None, (work / "logs" / "offline.log").read_text()
    return seconds


def spread(runs: list[float]) -> str:
    return f"{min(runs):.1f} to {max(runs):.1f} s"
