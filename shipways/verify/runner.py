"""Installs each artifact of dist/ on clean machines, several at once, and saves what was seen."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import psutil

from shipways import results
from shipways.build.dist import Dist
from shipways.errors import ShipwaysError, UsageError
from shipways.formats import Format, Options, choose
from shipways.machines import engine, image_cache, reaper
from shipways.project.model import Project
from shipways.results import FormatRecord, Publish, Results, TargetRecord
from shipways.util.measure import MIB, sha256
from shipways.util.progress import say, step
from shipways.verify import git_server, repeat_install
from shipways.verify.delivery import Delivery
from shipways.verify.later_versions import Versions
from shipways.verify.scenario import VersionSet, live
from shipways.verify.targets import Target, fits
from shipways.verify.targets import choose as choose_targets

JOB_MIB = 1024  # of memory that one life may take


@dataclass(frozen=True)
class Life:
    """One format on one target."""

    format: Format
    target: Target

    def __str__(self) -> str:
        return f"{self.format.id} on {self.target.id}"


def verify(
    project: Project,
    formats: Sequence[str],
    targets: Sequence[str],
    dist: Path,
    options: Options,
    *,
    cache: Path,
    publish: Publish,
    runs: int = 1,
) -> Results:
    """Verify what `dist` holds of `formats` on `targets`; none named means all that fit.

    `runs` is how often each is installed on a fresh machine, to know by how much its times vary.

    Results are saved and published after each target. A format that fails does not keep others from
    being tried. Raises `UsageError` when there is nothing to verify, and what building later
    versions raises.
    """
    place = Dist(dist)
    choose_targets(targets)  # a wrong name is told before anything else
    with place.locked():
        found = results.load(place.results_file)
        if found is None:
            raise UsageError(f"There are no artifacts in {dist}.", hint="Run: shipways build")
        lives = _lives(project, formats, targets, found)
        if not lives:
            raise UsageError("Nothing of what was asked for is built and fits these targets.")
        with engine.temporary_folder("versions") as folder:
            made = Versions(project, folder, cache)
            version_sets = {
                wanted.id: version_set(project, wanted, found.formats[wanted.id], place, made)
                for wanted in {life.format.id: life.format for life in lives}.values()
            }
            with step("base images"):
                _prepare_images(lives, version_sets, options.base_source)
            _live_all(lives, version_sets, found, place, options.base_source, runs, publish)
    return found


def _lives(
    project: Project, formats: Sequence[str], targets: Sequence[str], found: Results
) -> list[Life]:
    return [
        Life(wanted, target)
        for wanted in choose(formats)
        if _is_built(wanted, found.formats)
        for target in choose_targets(targets)
        if fits(wanted, target, project)
    ]


def _is_built(wanted: Format, records: dict[str, FormatRecord]) -> bool:
    record = records.get(wanted.id)
    built = record is not None and record.status == "ok"
    if not built:
        say(f"{wanted.id}: not in dist/, so not verified")
    return built


def version_set(
    project: Project, wanted: Format, record: FormatRecord, dist: Dist, versions: Versions
) -> VersionSet:
    """What dist/ holds of a format, and two later versions of it, built now."""
    now, later = delivered(project, wanted, record, dist, versions), []
    for kind in ("next", "broken"):
        with step(f"{wanted.id}: a later version, {kind}"):
            later.append(versions.make(wanted, kind))
    return VersionSet(now, *later)


def delivered(
    project: Project, wanted: Format, record: FormatRecord, dist: Dist, versions: Versions
) -> Delivery:
    """What dist/ holds of a format. A link has no file there: it leads to the project's tree.

    Raises `ShipwaysError` for a file that is not what was built.
    """
    if not record.artifacts:
        return versions.linked(project, wanted)
    file = dist.path / record.artifacts[0].path
    if sha256(file) != record.artifacts[0].sha256:
        raise ShipwaysError(f"{file} is not what was built.", hint="Build it again.")
    return Delivery(project, wanted, file)


def _prepare_images(
    lives: Sequence[Life], version_sets: dict[str, VersionSet], source: str
) -> None:
    """Beforehand and one after the other: their time belongs to no format."""
    for target in {life.target.id: life.target for life in lives}.values():
        image_cache.ensure(target.role, source)
        image_cache.ensure(target.role, source, packages=target.common)
    image_cache.ensure("debian:13", source, packages=("python3",))
    if any(version_set.now.repository for version_set in version_sets.values()):
        git_server.server_image(source)


def _live_all(
    lives: Sequence[Life],
    version_sets: dict[str, VersionSet],
    found: Results,
    dist: Dist,
    source: str,
    runs: int,
    publish: Publish,
) -> None:
    """All lives, as many at once as cores and memory allow; each is saved as it ends."""
    saving = threading.Lock()

    def one(life: Life) -> None:
        record = _tried(life, version_sets[life.format.id], dist, source, runs)
        with saving:
            found.formats[life.format.id].targets[life.target.id] = record
            results.save(found, dist.results_file)
            publish(found)
        say(f"{life}: {record.status} {record.reason.splitlines()[0] if record.reason else ''}")

    pool = ThreadPoolExecutor(workers(len(lives)))
    try:
        for future in as_completed(
            [pool.submit(one, life) for life in _longest_first(lives, version_sets)]
        ):
            future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        reaper.reap(engine.run_id())  # what threads still wait for goes away
        raise
    finally:
        pool.shutdown()


def _longest_first(lives: Sequence[Life], version_sets: dict[str, VersionSet]) -> list[Life]:
    """By the number of steps to type: so that no core idles while the longest is still to come."""

    def steps(life: Life) -> int:
        now = version_sets[life.format.id].now
        return len(now.format.printed(now.project))

    return sorted(lives, key=steps, reverse=True)


def _tried(life: Life, version_set: VersionSet, dist: Dist, source: str, runs: int) -> TargetRecord:
    logs = dist.logs(life.format.id) / life.target.id.replace(":", "-")
    for log in logs.glob("*.log"):
        log.unlink()
    try:
        record = live(version_set, life.target, dist.path, logs, source)
        repeat_install.repeat(record, version_set.now, life.target, dist.path, logs, source, runs)
        return record
    except ShipwaysError as error:
        return TargetRecord(status="failed", reason=error.reason)
    except Exception as error:  # one life's mistake must not end the others
        path = logs / "error.log"
        results.write_atomically(path, traceback.format_exc().encode())
        seen = f"See {path.relative_to(dist.path)}."
        return TargetRecord(status="failed", reason=f"{type(error).__name__}: {error}\n{seen}")


def workers(jobs: int) -> int:
    """How many lives go on at once."""
    by_memory = int(psutil.virtual_memory().available / MIB / JOB_MIB)
    return max(1, min(len(os.sched_getaffinity(0)), by_memory, jobs))
