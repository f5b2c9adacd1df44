"""Build, lint and measure each format asked for; save after each, so that nothing is lost."""

from __future__ import annotations

import contextlib
import shutil
import traceback
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from shipways import results
from shipways.build import host, inventory
from shipways.build.dist import Dist, record_of
from shipways.build.timed_build import Workshop, command, figures
from shipways.errors import REPORT, BuildError, ProjectError, ShipwaysError, ToolMissing, UsageError
from shipways.formats import Format, Options, Product, installed_files
from shipways.formats.step import Step
from shipways.inputs.sizes import contents
from shipways.project import source_tree
from shipways.project.model import FILE_NAME, Project
from shipways.results import BuildFigures, FormatRecord, Lint, Publish, Results, StepRecord
from shipways.util.os_errors import explain
from shipways.util.progress import say, step


def build(
    project: Project,
    formats: Sequence[Format],
    dist: Dist,
    cache: Path,
    options: Options,
    *,
    publish: Publish,
    runs: int = 1,
    cold: bool = False,
    named: bool = True,
) -> Results:
    """Build `formats` into `dist` and return all results, which are saved and published as well.

    `runs` is the number of warm builds of each format. The first build of a format is a cold one,
    later only with `cold`. A format that fails does not keep the others from being built. One that
    the project cannot have is skipped where the formats were not `named`.
    """
    _check_builder(formats, options)
    _check_obstacles(project, formats if named else ())
    source_tree.check(project.home, needed=[] if project.is_application else [FILE_NAME])
    epoch = source_tree.epoch(project.home)
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    record = record_of(project, source_tree.commit(project.home), epoch, now)
    with dist.locked() as work:
        dist.fresh_logs("inputs")
        found = dist.open_results(record)
        found.host = host.describe()
        workshop = Workshop(project, dist, work, cache, options, epoch, record.commit)
        for wanted in formats:
            say(f"{wanted.id}: {wanted.title}")
            before = found.formats.get(wanted.id)
            dist.fresh_logs(wanted.id)
            found.formats[wanted.id] = _record(workshop, wanted, before, runs, cold)
            results.save(found, dist.results_file)
            dist.write_sums(found)
            publish(found)
    return found


def _check_builder(formats: Sequence[Format], options: Options) -> None:
    """A packager that was asked for has to suit at least one of the packages asked for."""
    packed = [wanted for wanted in formats if wanted.builders]
    if options.builder == "auto" or not packed:
        return
    if not any(options.builder in wanted.builders for wanted in packed):
        raise UsageError(
            f"{options.builder} does not make {' or '.join(wanted.id for wanted in packed)}.",
            hint=f"Choose --builder {' or '.join(packed[0].builders)}.",
        )


def _check_obstacles(project: Project, asked: Sequence[Format]) -> None:
    """What was asked for by name and cannot be is an error, before anything is built."""
    for wanted in asked:
        if problem := wanted.cannot(project):
            raise ProjectError(f"{wanted.id}: {problem}.", hint=wanted.instead)


def _record(
    workshop: Workshop, wanted: Format, before: FormatRecord | None, runs: int, cold: bool
) -> FormatRecord:
    """The row of one format: built, failed with its reason, or skipped for want of a tool."""
    record, dist = _outline(workshop.project, wanted, before), workshop.dist
    failed: ShipwaysError | None = None
    if problem := wanted.cannot(workshop.project):
        record.status, record.reason = "skipped", f"{problem}."
        _tell(record, dist, whole=False)
        return record
    try:
        wanted.check_tools()
        _fill(record, workshop, wanted, before, runs, cold)
    except ProjectError:
        raise  # the project itself is wrong: no format can be built from it
    except Exception as error:  # others are built
        failed = _explained(error, dist.logs(wanted.id) / "error.log")
        record.status = "skipped" if isinstance(failed, ToolMissing) else "failed"
        record.reason = _reason(failed, workshop, wanted)
    record.build.command = command(wanted, workshop.options, runs, cold=cold)
    record.build.log = _log(dist, wanted, failed.log if failed else None)
    _tell(record, dist, whole=not (failed and failed.told))
    return record


def _explained(error: Exception, log: Path) -> ShipwaysError:
    """An error in words. A fault of ours has none: its story goes into `log`."""
    if isinstance(error, ShipwaysError):
        return error
    with contextlib.suppress(OSError):  # such as the full disk that this is about
        log.write_text(traceback.format_exc(), encoding="utf-8")
    if isinstance(error, OSError):
        return explain(error)
    return BuildError(f"{type(error).__name__}: {error}", hint=REPORT, log=log)


def _reason(failed: ShipwaysError, workshop: Workshop, wanted: Format) -> str:
    """Why a format is not there; in short where another one is not for the same cause."""
    cause, _, more = failed.reason.partition("\n")
    first = workshop.told.setdefault(cause, wanted.id)
    if first == wanted.id or not more or failed.told or isinstance(failed, ToolMissing):
        return failed.reason
    return f"{cause}\nThe same as for {first}, see above."


def _tell(record: FormatRecord, dist: Dist, *, whole: bool) -> None:
    """Say what a person at the terminal has to know; in the results the log is a link."""
    if record.status != "ok":
        say(f"  {record.status}: {record.reason}")
    if record.status == "failed" and record.build.log and whole:
        say(f"  The log is {dist.path / record.build.log}")


def _log(dist: Dist, wanted: Format, told: Path | None) -> str:
    """The log of a build, relative to dist/; "" where nothing was logged.

    A format that only passes on what a shared stage made, or fails with it, has a copy of that
    stage's log: the stage's own is written anew when other formats are built. `told` is the log
    that an error names.
    """
    own, shared = dist.logs(wanted.id), dist.logs("inputs")
    log, failed = own / "build.log", own / "error.log"
    if told and told.parent == shared and told.exists():
        shutil.copyfile(told, failed)
    elif "distributions" in wanted.uses and not log.exists():
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(shared / "distributions.log", log)
    found = [path for path in (failed, log) if path.exists()]
    return found[0].relative_to(dist.path).as_posix() if found else ""


def _outline(project: Project, wanted: Format, before: FormatRecord | None) -> FormatRecord:
    """The row without figures; it keeps the files that an earlier build left in dist/."""
    return FormatRecord(
        status="ok",
        title=wanted.title,
        needs=wanted.needs(project),
        installs_on=wanted.installs_on,
        kind=wanted.kind,
        families=[*wanted.families],
        steps=_told(wanted.printed(project)),
        services=[*wanted.services],
        artifacts=before.artifacts if before else [],
        sbom=before.sbom if before else None,
    )


def _told(steps: Sequence[Step]) -> list[StepRecord]:
    return [
        StepRecord(
            phase=step.phase,
            command=step.command,
            why=step.why,
            root=step.root,
            manager=step.manager,
        )
        for step in steps
    ]


def _fill(
    record: FormatRecord,
    workshop: Workshop,
    wanted: Format,
    before: FormatRecord | None,
    runs: int,
    cold: bool,
) -> None:
    """Build, lint, put into dist/, and write all figures into the row."""
    earlier = before.build if before else BuildFigures()
    cold_attempts = []
    if cold or earlier.cold_s is None:
        cold_attempts = [workshop.attempt(wanted, "cold", cold=True)]
    warm = [workshop.attempt(wanted, f"warm-{n}", cold=False) for n in range(1, runs + 1)]
    product = warm[-1].product
    record.builder = product.builder
    if product.paths:  # a link takes no time to build
        record.build = figures(earlier, cold_attempts, warm)
    workshop.prove()
    record.lint = _lint(workshop, wanted, product)
    inventory.check(wanted, workshop.job(wanted), product)
    record.needs = _needs(workshop, wanted)
    if record.build.reproducible is False:
        raise BuildError("Two builds of one commit gave different bytes; dist/ keeps what it had.")
    record.artifacts = workshop.dist.place(product.paths)
    record.sbom = next(iter(workshop.dist.place([product.sbom] if product.sbom else [])), None)
    for main in record.artifacts[:1]:
        main.installed_bytes = product.installed_bytes
        record.steps = _told(wanted.printed(workshop.project, main.path))
    record.contents = contents(workshop.job(wanted).inputs, wanted.uses)
    if before and _digests(before) == _digests(record):
        record.targets = before.targets  # what was verified is still what is here
        record.bases = before.bases
        if product.paths:
            record.build.reproducible = True  # an earlier build gave the same bytes
    if workshop.options.compare_bases and wanted.compare:
        record.bases = wanted.compare(workshop.job(wanted))


def _needs(workshop: Workshop, wanted: Format) -> str:
    """What a target must have: a bundle is for those Pythons that its wheels are for."""
    if "bundle" not in wanted.uses:
        return wanted.needs(workshop.project)
    return wanted.needs(
        installed_files.shipped(workshop.project, workshop.job(wanted).inputs.bundle)
    )


def _digests(record: FormatRecord) -> list[str]:
    return [file.sha256 for file in record.artifacts]


def _lint(workshop: Workshop, wanted: Format, product: Product) -> list[Lint]:
    with step(f"{wanted.id}: linters"):
        found = wanted.lint(workshop.job(wanted), product)
    dist = workshop.dist.path
    for lint in found:
        if lint.log and Path(lint.log).is_absolute():
            lint.log = str(Path(lint.log).relative_to(dist))
    return found
