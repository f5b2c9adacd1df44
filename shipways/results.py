"""The run record: typed structures <-> dist/results.json (schema 2).

Fields may be added freely; a meaning never changes without a new schema number. Sizes are bytes,
times seconds (`_s`), memory MiB (`_mib`). A figure that was not measured is absent, never zero.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from shipways import __version__
from shipways.errors import ShipwaysError, UsageError
from shipways.util import places

SCHEMA = 2
FILE_NAME = "results.json"
TYPED = ("install", "start")  # phases whose commands a person types; prerequisites count apart
BEFORE = ("prerequisite", *TYPED)  # all phases until it serves


class Record(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Base of all records: keyword-only, absent where not measured."""


class ProjectRecord(Record):
    name: str
    version: str
    summary: str = ""
    commit: str = ""
    source_date_epoch: int = 0
    built_at: str = ""  # ISO 8601, UTC


class Host(Record):
    os: str = ""
    arch: str = ""
    cpus: int = 0
    python: str = ""
    docker: str = ""
    podman: str = ""  # instead
    shipways: str = ""


class Builder(Record):
    tool: str
    version: str = ""
    compression: str = ""  # what was chosen, such as "small: xz -9e"
    why: str = ""


class File(Record):
    path: str  # relative to dist/
    sha256: str
    bytes: int
    installed_bytes: int | None = None  # the content unpacked


class BuildFigures(Record):
    cold_s: float | None = None  # empty caches
    warm_s: float | None = None  # median of `runs`
    runs: list[float] = []  # every warm run
    cold_runs: list[float] = []
    tool_s: float | None = None  # the underlying tools' own share of the warm run
    cpu_s: float | None = None
    peak_mib: float | None = None  # largest resident memory of tools and their children
    reproducible: bool | None = None  # cold and warm run gave the same bytes
    command: str = ""  # what to type in the project's folder to build it again
    log: str = ""


class StepRecord(Record):
    phase: str
    command: str
    why: str = ""
    root: bool = True  # typed by root
    manager: str = ""  # the system's package manager that it calls


class Lint(Record):
    tool: str
    version: str = ""
    errors: int = 0
    warnings: int = 0
    overridden: int = 0
    log: str = ""
    skipped: str = ""  # why the linter did not run, where it did not


class StepResult(Record):
    phase: str
    command: str
    seconds: float
    ok: bool
    log: str = ""
    manager: str = ""  # the system's package manager that it calls


class Breakdown(Record):
    app: int = 0
    dependencies: int = 0
    interpreter: int = 0
    system: int = 0


class TargetRecord(Record):
    """What was seen of one format on one clean machine.

    `lifecycle` maps a phase to true, false, or "not offered" where the format has no such thing.
    """

    status: str  # ok | failed | skipped
    reason: str = ""
    platform: str = ""
    family: str = ""  # debian | rhel | suse: the kind of system that this target stands for
    base_source: str = ""
    transfer_bytes: int | None = None
    footprint_bytes: int | None = None
    breakdown: Breakdown | None = None
    prerequisites: int | None = None
    commands: int | None = None
    install_s: float | None = None
    install_runs: list[float] = []  # every run behind `install_s`
    first_response_s: float | None = None
    first_response_runs: list[float] = []
    idle_mib: float | None = None
    offline: bool | None = None
    exposure: float | None = None
    user: str = ""
    residue_bytes: int | None = None  # what is still there after remove and purge
    residue_files: int | None = None
    probes: dict[str, bool] = {}  # what an intruder in the app's process could do: true = could
    steps: list[StepResult] = []
    lifecycle: dict[str, bool | str] = {}
    notes: dict[str, str] = {}  # phase -> what was found
    phase_s: dict[str, float] = {}  # phase -> seconds, waiting and checking included


class BaseRecord(Record):
    """The image on one base: what a server receives, what is in it, how soon it answers."""

    status: str  # ok | failed | skipped
    reason: str = ""
    platform: str = ""
    default: bool = False  # what the image in dist/ stands on
    artifact_bytes: int | None = None
    disk_bytes: int | None = None
    files: int | None = None
    packages: int | None = None  # of the distribution
    shell: bool | None = None
    package_manager: bool | None = None
    pip: bool | None = None
    setuid_files: int | None = None
    first_response_s: float | None = None  # from `docker run`, median of the runs
    first_response_runs: list[float] = []
    cpu_s: float | None = None  # the container's processor time until then, median
    update_bytes: int | None = None  # what a server with the image receives after a changed line


class FormatRecord(Record):
    status: str  # ok | failed | skipped
    title: str = ""
    reason: str = ""
    needs: str = ""  # what the target must have
    installs_on: str = ""
    kind: str = ""  # package, archive, container, stack, link
    families: list[str] = []  # of systems, which it is made for; none means any
    builder: Builder | None = None
    artifacts: list[File] = []
    sbom: File | None = None  # of materials (CycloneDX), of the main artifact
    build: BuildFigures = msgspec.field(default_factory=BuildFigures)
    steps: list[StepRecord] = []
    lint: list[Lint] = []
    services: list[str] = []  # what runs when it is installed, where that is more than the app
    contents: dict[str, int] = {}  # part (the app, a dependency, a large file) -> bytes unpacked
    targets: dict[str, TargetRecord] = {}
    bases: dict[str, BaseRecord] = {}  # the image on other bases, where they were compared


class ClaimRecord(Record):
    """A claim about ways to deliver, and what measuring it gave.

    `measurement` maps a format to its figures, named with their unit as everywhere (`moved_bytes`,
    `serving_s`, `copies20_mib`); `verdict` is holds, partly, fails or unknown.
    """

    id: str
    text: str = ""  # the claim in words; known ids have a translated text of their own
    measurement: dict[str, dict[str, float | bool | str | None]] = {}
    about: list[str] = []  # the formats that it is about: containers
    verdict: str = "unknown"
    reason: str = ""
    log: str = ""


class Results(Record, omit_defaults=False):
    project: ProjectRecord
    schema: int = SCHEMA
    host: Host = msgspec.field(default_factory=Host)
    formats: dict[str, FormatRecord] = {}
    claims: list[ClaimRecord] = []


Publish: TypeAlias = Callable[[Results], object]
"""Shows results as they stand, after each that is new; what runs a pipeline brings it along."""


def was_installed(target: TargetRecord) -> bool:
    """Whether its figures count: it may have failed at something after a good install."""
    return target.status == "ok" or target.lifecycle.get("install") is True


def reference_targets(results: Results) -> dict[str, str]:
    """For each format the one target whose figures stand for it: that which most formats passed.

    Formats run on different systems, so a mean over targets would compare unlike things; the target
    that the most formats share makes the figures as comparable as they can be.
    """
    passed: dict[str, int] = {}
    for record in results.formats.values():
        for name, target in record.targets.items():
            passed[name] = passed.get(name, 0) + (target.status == "ok")
    return {
        name: max(
            record.targets,
            key=lambda target: (
                record.targets[target].status == "ok",
                was_installed(record.targets[target]),
                passed[target],
            ),
            default="",
        )
        for name, record in results.formats.items()
    }


class _Origin(msgspec.Struct):
    """What is read first, whatever the schema: which one it is, and who wrote it."""

    schema: int
    host: Any = None


def load(path: Path) -> Results | None:
    """Read a results file; None where there is none. It is never changed by reading.

    Raises `UsageError` for one of another schema, newer or older: a meaning may have changed, and
    saving would lose what this version does not know; `ShipwaysError` for one that is broken.
    """
    try:
        content = places.read(path)
    except FileNotFoundError:
        return None
    try:
        _check_schema(path, msgspec.json.decode(content, type=_Origin))
        return msgspec.json.decode(content, type=Results)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ShipwaysError(
            f"{path} is not a results file: {error}", hint="Move it away and build again."
        ) from error


def _check_schema(path: Path, origin: _Origin) -> None:
    if origin.schema == SCHEMA:
        return
    known = isinstance(origin.host, dict) and origin.host.get("shipways")
    writer = f"shipways {known}" if known else "another version of shipways"
    raise UsageError(
        f"{path} was written by {writer} in schema {origin.schema}; this is shipways "
        f"{__version__}, which reads and writes schema {SCHEMA}.",
        hint="Move it away and build again, or use the version that wrote it.",
    )


def save(results: Results, path: Path) -> None:
    """Write atomically: a reader sees the old file or the new one, never half of one."""
    write_atomically(path, msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n")


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside `path`, then rename over it; on failure `path` keeps what it had."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
