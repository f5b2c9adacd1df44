"""Moving to another server means just carrying the project over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from shipways.claims.base import Claim, Measurements
from shipways.claims.verdict import ENGINE, SAME, Judgement, Remark, Rows, number, sides, unknown
from shipways.util.messages import mark as _

if TYPE_CHECKING:
    from shipways.claims.server import Stage

MOVED = _(
    "%(name)s: in %(steps)s, with %(bytes)s carried over, the new server serves the old data and "
    "sessions, %(seconds)s after its first command."
)


def measure(stage: Stage) -> Measurements:
    """Move one format between two machines; see `move_server`, which a report does not load."""
    from shipways.claims import move_server

    return move_server.measure(stage)


def judge(rows: Rows, ours: Collection[str]) -> Judgement:
    """Fails when a container that was moved has lost data. Holds when all have kept it and none of
    the other formats that have kept theirs took fewer steps than the quickest container, or was
    quicker by more than a tenth (each move is made once). Else partly.
    """
    kept = {name: row for name, row in rows.items() if row.get("data_kept") is True}
    lost = [name for name, row in rows.items() if row.get("data_kept") is False]
    if any(name in ours for name in lost):
        return Judgement("fails", (_lost(lost),))
    own, quickest = sides(kept, ours, "serving_s")
    fewest = sides(kept, ours, "steps")[1]
    if not (own and quickest and fewest):
        return unknown("claims", rows, ours, "serving_s")
    steps = number(rows[own.name], "steps") or 0
    best = steps <= fewest.value and own.value <= quickest.value * SAME
    remarks = [
        _moved(MOVED, own.name, rows),
        _moved(_("Fewest steps otherwise: %(name)s, %(steps)s, %(seconds)s."), fewest.name, rows),
    ]
    if quickest.name != fewest.name:
        told = _("Quickest otherwise: %(name)s, %(seconds)s, %(steps)s.")
        remarks.append(_moved(told, quickest.name, rows))
    remarks += [_lost(lost)] if lost else []
    return Judgement("holds" if best else "partly", (*remarks, ENGINE))


def _moved(message: str, name: str, rows: Rows) -> Remark:
    row = rows[name]
    values = {
        "name": ("text", name),
        "steps": ("steps", row.get("steps")),
        "bytes": ("bytes", row.get("moved_bytes")),
        "seconds": ("seconds", row.get("serving_s")),
    }
    return Remark(message, values)


def _lost(names: Sequence[str]) -> Remark:
    return Remark(_("Data was lost on the way: %(names)s."), {"names": ("names", names)})


CLAIM = Claim(
    "moving",
    _("Moving to another server means just carrying the project over."),
    judge,
    measure=measure,
)
