"""Many copies on one machine: disk and memory of 1, 5 and 20 of them, started one after another.

Figures of a format:

- `copies`: how many served at once at the end;
- `copiesN_bytes`: what the disk holds more than before, counted as the footprint is;
- `copiesN_mib`: what all processes together have in memory more than before, after ten requests to
  each copy. It is the proportional set size, in which a page that copies share counts once; what
  the engine runs for each container counts, the engine's own two daemons do not, which are as large
  for one copy as for twenty. (A host with control groups v1 keeps no memory figure in a machine's
  own tree, and one of v2 would count the files' cache.)
- `further_mib`, `further_bytes`: what each copy after the first took, in the mean;
- `stopped`: why there are fewer than 20: memory, time, or what the machine said.
"""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass

import psutil

from shipways.claims.base import Measurements
from shipways.claims.server import Server, Stage, server
from shipways.errors import ShipwaysError
from shipways.formats import several
from shipways.formats.several import Several
from shipways.results import BEFORE
from shipways.util.measure import MIB
from shipways.util.progress import step as progress
from shipways.verify import file_snapshot, metrics
from shipways.verify.assertions import START_S, expect
from shipways.verify.http_client import HttpClient

COUNTS = (1, 5, 20)
LIMIT_S = 900  # for one format
# A package offers one installation: one service, one settings file, one folder of data.
ONE = Several(BEFORE, lambda _project, _file, _number: ())
SPARE_MIB = 1024  # that this host keeps free
ALL_BUT_ENGINE = (
    "for each in /proc/[0-9]*; do case $(cat $each/comm 2> /dev/null) in "
    "dockerd|containerd) ;; *) echo ${each#/proc/};; esac; done"
)


@dataclass(frozen=True)
class Used:
    """What a machine holds."""

    bytes: int
    mib: float


def measure(stage: Stage, counts: tuple[int, ...] = COUNTS) -> Measurements:
    """Start copies of one format on one machine. Raises `VerifyError` where not even one serves."""
    way = stage.delivery.format.several
    with server(stage) as host:
        before = used(host)
        for step in stage.delivery.steps(*(way or ONE).once):
            host.run(step.command)
        seen, ran, stopped = fill(stage, host, way or ONE, counts if way else (1,))
    row = figures_of({count: less(each, before) for count, each in seen.items()}, ran, counts)
    if not way:
        row |= {key: "not offered" for key in keys(counts) if key not in row}
    if stopped:
        row["stopped"] = stopped
    return {**row, "log": stage.log_file.relative_to(stage.dist).as_posix()}


def fill(
    stage: Stage, host: Server, way: Several, counts: tuple[int, ...]
) -> tuple[dict[int, Used], int, str]:
    """Start copies up to the largest count: what was seen at each count, how many ran, why no more.

    The last one that ran counts as well, where it was to be more.
    """
    began, seen, ran = time.monotonic(), {}, 0
    stopped = ""
    for number in range(1, max(counts) + 1):
        stopped = short_of(time.monotonic() - began, host_mib(), number)
        if stopped:
            break
        try:
            with progress(f"{stage.delivery.format.id}: copy {number}"):
                add(stage, host, way, number)
        except ShipwaysError as error:
            if number == 1:
                raise
            stopped = str(error.message).strip().splitlines()[-1]
            break
        ran = number
        if ran in counts:
            seen[ran] = look(stage, host, ran)
    if ran and ran not in seen:
        seen[ran] = look(stage, host, ran)
    return seen, ran, stopped


def add(stage: Stage, host: Server, way: Several, number: int) -> None:
    """Start one copy and wait until it serves."""
    stage.note(f"copy {number}")
    delivery = stage.delivery
    for command in way.each(delivery.project, delivery.file_name, number):
        host.run(command)
    beside(host.client, stage, number).wait(START_S)


def look(stage: Stage, host: Server, count: int) -> Used:
    """Ask each copy ten times, then see what the machine holds."""
    for number in range(1, count + 1):
        answer = beside(host.client, stage, number).get(
            stage.delivery.project.tool.health, times=metrics.REQUESTS
        )
        expect(answer["status"] == 200, f"Copy {number} of {count} does not answer any more.")
    found = used(host)
    stage.note(f"with {count} copies the machine holds {found.bytes} bytes, {found.mib:.1f} MiB")
    return found


def beside(client: HttpClient, stage: Stage, number: int) -> HttpClient:
    """The same client, at another copy's door."""
    other = copy.copy(client)
    other.base = f"http://127.0.0.1:{several.port(stage.delivery.project, number)}"
    return other


def used(host: Server) -> Used:
    folders = metrics.folders(host.root.image.role)
    tree = file_snapshot.take(host.root, folders)
    return Used(file_snapshot.used(tree), host.root.memory(ALL_BUT_ENGINE))


def less(now: Used, before: Used) -> Used:
    return Used(now.bytes - before.bytes, now.mib - before.mib)


def host_mib() -> float:
    """Memory that this host has left."""
    return psutil.virtual_memory().available / MIB


def short_of(seconds: float, mib: float, number: int) -> str:
    """What there is too little of for another copy; "" where there is enough of all."""
    if number > 1 and seconds > LIMIT_S:
        return "time"
    return "memory" if number > 1 and mib < SPARE_MIB else ""


def keys(counts: tuple[int, ...]) -> list[str]:
    """Names of the figures of these counts, and of a further copy."""
    names = [f"copies{count}" for count in counts]
    return [f"{name}_{unit}" for name in (*names, "further") for unit in ("mib", "bytes")]


def figures_of(seen: dict[int, Used], ran: int, counts: tuple[int, ...]) -> Measurements:
    """The figures by name, in one order for all formats.

    >>> figures_of({1: Used(100, 60.0), 3: Used(120, 160.0)}, 3, (1, 5))["further_mib"]
    50.0
    """
    row: Measurements = {"copies": ran}
    row |= {f"copies{count}_mib": round(seen[count].mib, 1) for count in counts if count in seen}
    row |= {f"copies{count}_bytes": seen[count].bytes for count in counts if count in seen}
    if ran > 1 and 1 in seen:
        more = less(seen[ran], seen[1])
        row["further_mib"] = round(more.mib / (ran - 1), 1)
        row["further_bytes"] = round(more.bytes / (ran - 1))
    return row
