"""Containers deliver an application quickly."""

from __future__ import annotations

from collections.abc import Collection

from shipways.claims.base import Claim, Measurements
from shipways.claims.from_results import log_of
from shipways.claims.verdict import Best, Judgement, Remark, Rows, end, sides, unknown
from shipways.results import FormatRecord, TargetRecord
from shipways.util.messages import mark as _


def from_target(_record: FormatRecord, target: TargetRecord) -> Measurements:
    """What a clean machine receives, in bytes, and the seconds from the first command of the
    installation to the first response; the quickest and slowest where there were several runs."""
    runs = target.first_response_runs
    row: Measurements = {
        "transfer_bytes": target.transfer_bytes,
        "first_response_s": target.first_response_s,
        "log": log_of(target),
    }
    if len(runs) > 1:
        row |= {"quickest_s": min(runs), "slowest_s": max(runs)}
    return {name: value for name, value in row.items() if value is not None}


def judge(rows: Rows, ours: Collection[str]) -> Judgement:
    """Quick: the best container's first response is no later than that of the best other format,
    or within the spread of their runs. Light: it has no more to receive than the lightest other.

    Both: holds. One of them: partly. None: fails.
    """
    own, others = sides(rows, ours, "first_response_s")
    light, least = sides(rows, ours, "transfer_bytes")
    if not (own and others and light and least):
        return unknown("verify", rows, ours, "first_response_s")
    quick = end(rows, own, "quickest_s") <= end(rows, others, "slowest_s")
    remarks = [
        Remark(
            _(
                "%(ours)s first answers %(value)s after the first command, the quickest other "
                "format, %(other)s, after %(least)s."
            ),
            _pair(own, others, "seconds"),
        ),
        Remark(
            _(
                "%(ours)s has to receive %(value)s, the lightest other format, %(other)s, "
                "%(least)s."
            ),
            _pair(light, least, "bytes"),
        ),
    ]
    if not all("slowest_s" in rows[best.name] for best in (own, others)):
        remarks.append(Remark(_("Not measured often enough to know the spread.")))
    won = [quick, light.value <= least.value].count(True)
    return Judgement(("fails", "partly", "holds")[won], tuple(remarks))


def _pair(own: Best, others: Best, unit: str) -> dict[str, tuple[str, object]]:
    return {
        "ours": ("text", own.name),
        "value": (unit, own.value),
        "other": ("text", others.name),
        "least": (unit, others.value),
    }


CLAIM = Claim(
    "delivery",
    _("Containers deliver an application quickly."),
    judge,
    from_target=from_target,
)
