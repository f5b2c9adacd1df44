"""Many containers can run on one machine."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from shipways.claims.base import Claim, Measurements
from shipways.claims.verdict import SAME, Best, Judgement, Remark, Rows, number, sides, unknown
from shipways.util.messages import mark as _

if TYPE_CHECKING:
    from shipways.claims.server import Stage

MANY, SEVERAL = 20, 5  # copies on one machine


def measure(stage: Stage) -> Measurements:
    """Start many copies of one format; see `fill_server`, which a report does not load."""
    from shipways.claims import fill_server

    return fill_server.measure(stage)


def judge(rows: Rows, ours: Collection[str]) -> Judgement:
    """Holds when 20 copies of a container served on one machine at once, and no other format that
    offers several copies takes less memory (by more than a tenth) or disk for each further one.
    Partly when 20 served, but another format takes less, or when only 5 or more served. Else fails.
    """
    ran = {name: number(row, "copies") or 0 for name, row in rows.items()}
    own = {name: count for name, count in ran.items() if name in ours and count}
    if not own:
        return unknown("claims", rows, ours, "copies")
    best = max(own, key=lambda name: own[name])
    cheaper = [
        (other, unit)
        for key, unit, slack in (("further_mib", "mib", SAME), ("further_bytes", "bytes", 1.0))
        for own, other in [_further(rows, ours, best, key)]
        if other and own and own > other.value * slack
    ]
    many = own[best] >= MANY
    verdict = "holds" if many and not cheaper else "fails"
    if verdict == "fails" and own[best] >= SEVERAL:
        verdict = "partly"
    return Judgement(verdict, tuple(_told(rows, own, cheaper)))


def _further(
    rows: Rows, ours: Collection[str], name: str, key: str
) -> tuple[float | None, Best | None]:
    """What a further copy of a format costs, and the least that another one's does."""
    return number(rows[name], key), sides(rows, ours, key)[1]


def _told(
    rows: Rows, own: Mapping[str, float], cheaper: Sequence[tuple[Best, str]]
) -> Iterator[Remark]:
    for name, count in own.items():
        if count:
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


CLAIM = Claim(
    "density",
    _("Many containers can run on one machine."),
    judge,
    measure=measure,
)
