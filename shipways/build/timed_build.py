"""One build of one format, and what it cost.

*cold* starts from empty caches: nothing downloaded, nothing built. *warm* has the downloads, but
builds everything anew, as after a changed line. A format's cost is that of the shared stages that
it uses (wheel, wheelhouse, bundle), each done and timed once per run, plus its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path

from shipways.build.dist import Dist
from shipways.formats import Format, Job, Options, Product
from shipways.inputs.stages import Inputs
from shipways.project.model import Project
from shipways.results import BuildFigures
from shipways.util.command import Completed, metered
from shipways.util.measure import median, sha256
from shipways.util.progress import step

STAGES = (
    "distributions",
    "wheelhouse",
    "image_wheelhouse",
    "bundle",
)  # in the order that they need one another


@dataclass
class Cost:
    """Wall-clock seconds of some work, and the commands that ran in it."""

    seconds: float = 0.0
    commands: list[Completed] = field(default_factory=list)

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, self.commands + other.commands)

    @property
    def tool_s(self) -> float:
        return sum(done.seconds for done in self.commands)


@contextmanager
def costing() -> Iterator[Cost]:
    """Measure what happens inside the `with` block."""
    cost = Cost()
    started = time.monotonic()
    with metered() as commands:
        yield cost
    cost.seconds = time.monotonic() - started
    cost.commands = commands


@dataclass(frozen=True)
class Attempt:
    """What came out of one build, and all that it cost."""

    product: Product
    cost: Cost
    digests: tuple[str, ...]  # SHA-256 of each file


@dataclass
class Workshop:
    """Where the builds of one run happen; shared inputs are prepared once for cold and for warm."""

    project: Project
    dist: Dist
    work: Path
    cache: Path
    options: Options
    epoch: int
    commit: str = ""
    keep: bool = True  # leave images in the engine
    told: dict[str, str] = field(default_factory=dict)  # cause of a failure -> the first with it
    _shared: dict[tuple[str, str], Cost] = field(default_factory=dict)
    _made: dict[str, Inputs] = field(default_factory=dict)

    def attempt(self, wanted: Format, label: str, *, cold: bool) -> Attempt:
        """Build one format in a folder of its own. Raises what its tools raise."""
        kind = "cold" if cold else "warm"
        cost = sum((self._stage(kind, name) for name in STAGES if name in wanted.uses), Cost())
        folder = self.work / wanted.id / label
        folder.mkdir(parents=True)
        job = Job(
            project=self.project,
            inputs=self._inputs(kind),
            work=folder,
            logs=self.dist.logs(wanted.id),
            options=self.options,
            cold=cold,
            keep=self.keep,
        )
        if wanted.prepare:
            with step(f"{wanted.id}: base image"):
                wanted.prepare(job)
        with costing() as own, step(f"{wanted.id}: packing, {label}"):
            product = wanted.build(job)
        files = (*product.paths, *([product.sbom] if product.sbom else []))
        return Attempt(product, cost + own, tuple(map(sha256, files)))

    def job(self, wanted: Format) -> Job:
        """The job under which finished products are linted."""
        folder = self.work / wanted.id / "lint"
        folder.mkdir(parents=True, exist_ok=True)
        logs = self.dist.logs(wanted.id)
        return Job(self.project, self._inputs("warm"), folder, logs, self.options)

    def prove(self) -> None:
        """What cannot start is not ok: raises `BuildError` where an application does not.

        The bundle that is started is the one of all formats, and timed as theirs.
        """
        if self.project.is_application:
            for name in ("distributions", "wheelhouse", "bundle", "proof"):
                self._stage("warm", name)

    def _inputs(self, kind: str) -> Inputs:
        if kind not in self._made:
            cache = self.cache if kind == "warm" else self.work / "empty-cache"
            folder = self.work / "inputs" / kind
            folder.mkdir(parents=True)
            logs = self.dist.logs("inputs")
            self._made[kind] = Inputs(self.project, self.epoch, cache, folder, logs, self.commit)
        return self._made[kind]

    def _stage(self, kind: str, name: str) -> Cost:
        if (kind, name) not in self._shared:
            with costing() as cost:
                getattr(self._inputs(kind), name)
            self._shared[kind, name] = cost
        return self._shared[kind, name]


def command(wanted: Format, options: Options, runs: int, *, cold: bool) -> str:
    """What to type, in the project's folder, to build a format like this again."""
    chosen = ((each, getattr(options, each.name)) for each in fields(options))
    words = [_typed(each.name, value) for each, value in chosen if value != each.default]
    words += [f"--runs {runs}"] * (runs > 1) + ["--cold"] * cold
    return " ".join(["shipways build", wanted.id, *words])


def _typed(name: str, value: str | bool) -> str:
    """An option as it is typed."""
    option = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{option}" if value else f"--no-{option}"
    return f"--{option} {value}"


def figures(earlier: BuildFigures, cold: list[Attempt], warm: list[Attempt]) -> BuildFigures:
    """Build figures of one format; cold ones are those of an `earlier` run where none is new."""
    runs = [attempt.cost.seconds for attempt in warm]
    last = warm[-1].cost
    return BuildFigures(
        cold_s=cold[0].cost.seconds if cold else earlier.cold_s,
        warm_s=median(runs),
        runs=runs,
        cold_runs=[attempt.cost.seconds for attempt in cold] or earlier.cold_runs,
        tool_s=last.tool_s,
        cpu_s=sum(done.cpu_s for done in last.commands),
        peak_mib=max((done.peak_mib for done in last.commands), default=None),
        reproducible=_same(cold + warm),
    )


def _same(attempts: list[Attempt]) -> bool | None:
    """Whether all attempts gave the same bytes; None where there was but one."""
    if len(attempts) < 2:
        return None
    return len({attempt.digests for attempt in attempts}) == 1
