"""Measures every claim for what dist/ holds; results are saved and shown after each figure."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path

from shipways import results
from shipways.build.dist import Dist
from shipways.claims import CLAIMS, Claim, from_results, judge
from shipways.claims.base import Measurements
from shipways.claims.server import Stage
from shipways.claims.verdict import FAILED
from shipways.errors import ShipwaysError, UsageError
from shipways.formats import Format, Options, choose
from shipways.formats.base import CONTAINED
from shipways.machines import engine
from shipways.project.model import Project
from shipways.results import ClaimRecord, Publish, Results
from shipways.util.progress import say, step
from shipways.verify import runner, targets
from shipways.verify.later_versions import Versions


def measure(
    project: Project,
    formats: Sequence[str],
    dist: Path,
    options: Options,
    *,
    cache: Path,
    publish: Publish,
) -> Results:
    """Measure all claims; those that need machines for `formats` only, none named means all built.

    A format of which a claim cannot be measured does not keep others from being tried: its row says
    why. Raises `UsageError` when nothing is built.
    """
    place = Dist(dist)
    with place.locked(), engine.temporary_folder("claims") as folder:
        found = results.load(place.results_file)
        wanted = [each for each in choose(formats) if found and _is_built(each, found)]
        if found is None or not wanted:
            raise UsageError(
                f"Nothing of what was asked for is built in {dist}.", hint="Run: shipways build"
            )
        refresh(found, dist, publish)
        versions = Versions(project, folder, cache)
        for claim in CLAIMS.values():
            if not claim.measure:
                continue
            for each in wanted:
                stage = _stage(claim.id, project, each, found, place, options, versions)
                if stage:
                    _put(found, merged(found, claim.id, each.id, _tried(claim, stage)))
                    _save(found, place, publish)
    return found


def refresh(found: Results, dist: Path, publish: Publish) -> None:
    """Compute anew the claims that need no machines: what verified targets tell is enough."""
    for claim in CLAIMS.values():
        if claim.from_target:
            _put(found, from_targets(found, claim, dist))
    _save(found, Dist(dist), publish)


def from_targets(found: Results, claim: Claim, dist: Path) -> ClaimRecord:
    """A claim that the verified targets tell all about, with its log."""
    log = dist / "logs" / "claims" / f"{claim.id}.log"
    results.write_atomically(log, from_results.evidence(found, claim).encode())
    measurement = from_results.rows(found, claim)
    return ClaimRecord(id=claim.id, measurement=measurement, log=log.relative_to(dist).as_posix())


def merged(found: Results, name: str, format_id: str, row: Measurements) -> ClaimRecord:
    """A claim as measured so far, with one format's figures anew."""
    earlier = next((claim.measurement for claim in found.claims if claim.id == name), {})
    rows = {**earlier, format_id: row}
    order = [*found.formats]
    return ClaimRecord(id=name, measurement={key: rows[key] for key in order if key in rows})


def failed(found: Results, formats: Sequence[str]) -> list[str]:
    """Formats of which a claim could not be measured; none named means all."""
    return [
        format_id
        for claim in found.claims
        for format_id, row in claim.measurement.items()
        if row.get(FAILED) and (not formats or format_id in formats)
    ]


def _put(found: Results, claim: ClaimRecord) -> None:
    """Put a claim among the others, judged."""
    claim.about = [name for name, record in found.formats.items() if record.kind in CONTAINED]
    claim.verdict = judge(claim).verdict
    known = {**{each.id: each for each in found.claims}, claim.id: claim}
    order = [*CLAIMS, *(name for name in known if name not in CLAIMS)]
    found.claims = [known[name] for name in order if name in known]


def _save(found: Results, place: Dist, publish: Publish) -> None:
    results.save(found, place.results_file)
    publish(found)


def _is_built(wanted: Format, found: Results) -> bool:
    record = found.formats.get(wanted.id)
    built = record is not None and record.status == "ok"
    if not built:
        say(f"{wanted.id}: not in dist/, so not measured")
    return built


def _stage(
    claim: str,
    project: Project,
    wanted: Format,
    found: Results,
    place: Dist,
    options: Options,
    versions: Versions,
) -> Stage | None:
    """A format on the first of its targets; None where it goes to none."""
    fitting = [each for each in targets.choose([]) if targets.fits(wanted, each, project)]
    if not fitting:
        say(f"{wanted.id}: goes to no clean machine, so not measured")
        return None
    delivery = runner.delivered(project, wanted, found.formats[wanted.id], place, versions)
    log = f"{claim}-{wanted.id}"
    return Stage(delivery, fitting[0], place.path, log, options.base_source)


def _tried(claim: Claim, stage: Stage) -> Measurements:
    """A format's figures for a claim, or why there are none."""
    stage.log_file.unlink(missing_ok=True)
    assert claim.measure
    what = f"{stage.delivery.format.id}: {claim.id}"
    try:
        with step(what):
            row = claim.measure(stage)
        say(f"  {_told(row)}")
    except ShipwaysError as error:
        row = {FAILED: error.message.strip().splitlines()[0]}
        stage.note(str(error))
    except Exception as error:  # one format's mistake must not end the others
        row = {FAILED: f"{type(error).__name__}: {error}"}
        stage.note(traceback.format_exc())
    if FAILED in row:
        say(f"{what} failed: {row[FAILED]}")
        row["log"] = stage.log_file.relative_to(stage.dist).as_posix()
    return row


def _told(row: Measurements) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if name != "log")
