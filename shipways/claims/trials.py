"""Verdicts on what was tried for the claims' sake: moving to another server, and many copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shipways.claims.judgement import (
    CONTAINERS,
    ENGINE,
    Best,
    Judgement,
    Remark,
    Rows,
    number,
    sides,
    unknown,
)
from shipways.messages import mark as _

SAME = 1.1  # what was measured once counts as equal within a tenth
MANY, SEVERAL = 20, 5  # copies on one machine
MOVED = _(
    "%(name)s: in %(steps)s, with %(bytes)s carried over, the new server serves the old data and "
    "sessions, %(seconds)s after its first command."
)


def moving(rows: Rows) -> Judgement:
    """Fails when a container that was moved has lost data. Holds when all have kept it and none of
    the other formats that have kept theirs took fewer steps than the quickest container, or was
    quicker by more than a tenth (each move is made once). Else partly.
    """
    kept = {name: row for name, row in rows.items() if row.get("data_kept") is True}
    lost = [name for name, row in rows.items() if row.get("data_kept") is False]
    if any(name in CONTAINERS for name in lost):
        return Judgement("fails", (_lost(lost),))
    ours, quickest = sides(kept, "serving_s")
    fewest = sides(kept, "steps")[1]
    if not (ours and quickest and fewest):
        return unknown("claims", rows, "serving_s")
    steps = number(rows[ours.name], "steps") or 0
    best = steps <= fewest.value and ours.value <= quickest.value * SAME
    remarks = [
        _moved(MOVED, ours.name, rows),
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


def density(rows: Rows) -> Judgement:
    """Holds when 20 copies of a container served on one machine at once, and no other format that
    offers several copies takes less memory (by more than a tenth) or disk for each further one.
    Partly when 20 served, but another format takes less, or when only 5 or more served. Else fails.
    """
    ran = {name: number(row, "copies") or 0 for name, row in rows.items()}
    ours = {name: count for name, count in ran.items() if name in CONTAINERS and count}
    if not ours:
        return unknown("claims", rows, "copies")
    best = max(ours, key=lambda name: ours[name])
    cheaper = [
        (other, unit)
        for key, unit, slack in (("further_mib", "mib", SAME), ("further_bytes", "bytes", 1.0))
        for own, other in [_further(rows, best, key)]
        if other and own and own > other.value * slack
    ]
    many = ours[best] >= MANY
    verdict = "holds" if many and not cheaper else "fails"
    if verdict == "fails" and ours[best] >= SEVERAL:
        verdict = "partly"
    return Judgement(verdict, tuple(_density_told(rows, ran, cheaper)))


def _further(rows: Rows, name: str, key: str) -> tuple[float | None, Best | None]:
    """What a further copy of a format costs, and the least that another one's does."""
    return number(rows[name], key), sides(rows, key)[1]


def _density_told(
    rows: Rows, ran: Mapping[str, float], cheaper: Sequence[tuple[Best, str]]
) -> Iterator[Remark]:
    for name, count in ran.items():
        if name in CONTAINERS and count:
            yield Remark(
                _(
                    "%(name)s: copies that served at once: %(count)s; each further one takes "
                    "%(mib)s of memory and %(bytes)s of disk."
                ),
                {
                    "name": ("text", name),
                    "count": ("count", count),
                    "mib": ("mib", rows[name].get("further_mib")),
                    "bytes": ("bytes", rows[name].get("further_bytes")),
                },
            )
    for best, unit in cheaper:
        yield Remark(
            _("A further copy takes less as %(other)s: %(value)s."),
            {"other": ("text", best.name), "value": (unit, best.value)},
        )
    if single := [name for name, row in rows.items() if row.get("copies5_mib") == "not offered"]:
        yield Remark(
            _("One machine takes one installation of: %(names)s."), {"names": ("names", single)}
        )
