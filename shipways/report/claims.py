"""Claims about ways to deliver, each with its measurement, the verdict, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shipways.claims import CLAIMS, judge
from shipways.claims.isolation import PROBES
from shipways.claims.verdict import FAILED, Measured, Remark
from shipways.report.i18n import Words
from shipways.report.value_text import value_text
from shipways.results import ClaimRecord, Results
from shipways.util.messages import mark as _

VERDICTS = {
    "holds": _("holds"),
    "partly": _("holds in part"),
    "fails": _("does not hold"),
    "unknown": _("not measured"),
}
UNITS = {"_bytes": "bytes", "_s": "seconds", "_mib": "mib"}
FIGURES = {
    "transfer_bytes": _("Transfer"),
    "first_response_s": _("First response"),
    "quickest_s": _("Quickest run"),
    "slowest_s": _("Slowest run"),
    "systems": _("Systems"),
    "commands": _("Commands"),
    "different_commands": _("Commands that differ"),
    "steps": _("Steps"),
    "moved_bytes": _("Moved"),
    "fetched_bytes": _("Fetched there"),
    "serving_s": _("Until it serves"),
    "data_kept": _("Data kept"),
    "copies": _("Copies at once"),
    "copies1_mib": _("1 copy, memory"),
    "copies5_mib": _("5 copies, memory"),
    "copies20_mib": _("20 copies, memory"),
    "copies1_bytes": _("1 copy, disk"),
    "copies5_bytes": _("5 copies, disk"),
    "copies20_bytes": _("20 copies, disk"),
    "further_mib": _("Each further copy, memory"),
    "further_bytes": _("Each further copy, disk"),
    "stopped": _("Ended early"),
    FAILED: _("Failed"),
    **PROBES,
}
SAID = {  # words in a measurement
    "not offered": _("not offered"),
    "memory": _("no more memory"),
    "time": _("no more time"),
}
LOG = "log"  # in a measurement: where its figures came from


@dataclass(frozen=True)
class ClaimRow:
    """A format's figures for one claim, and their log."""

    name: str
    values: tuple[str, ...]
    log: str


@dataclass(frozen=True)
class ClaimView:
    """A claim in words."""

    id: str
    text: str
    verdict: str
    verdict_text: str
    reason: str
    log: str
    heads: tuple[str, ...]
    rows: tuple[ClaimRow, ...]


def claim_views(results: Results, words: Words) -> Iterator[ClaimView]:
    """Each claim of a run; unknown ones in the words that they came with."""
    for claim in results.claims:
        keys = _keys(claim)
        yield ClaimView(
            claim.id,
            words.say(claim.text or _text(claim)),
            claim.verdict,
            words.say(VERDICTS.get(claim.verdict, claim.verdict)),
            words.say(claim.reason) or reason(claim, words),
            claim.log,
            tuple(words.say(FIGURES.get(key, key)) for key in keys),
            tuple(_rows(claim, keys, words)),
        )


def _text(claim: ClaimRecord) -> str:
    known = CLAIMS.get(claim.id)
    return known.text if known else claim.id


def _keys(claim: ClaimRecord) -> list[str]:
    """The names of a claim's figures: known ones in their order, then the others."""
    found = dict.fromkeys(key for row in claim.measurement.values() for key in row if key != LOG)
    return [
        *(key for key in FIGURES if key in found),
        *(key for key in found if key not in FIGURES),
    ]


def reason(claim: ClaimRecord, words: Words) -> str:
    """Why the verdict is what it is, from the measurement; "" where another rule gave it."""
    judged = judge(claim)
    if judged.verdict != claim.verdict:
        return ""
    return " ".join(_remark(remark, words) for remark in judged.remarks)


def _remark(remark: Remark, words: Words) -> str:
    values = {name: _value(*value, words) for name, value in remark.values.items()}
    return words.say(remark.message) % values


def _value(unit: str, value: object, words: Words) -> str:
    """A remark's value in words."""
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        names = [str(PROBES.get(name, name) if unit == "deeds" else name) for name in value]
        return ", ".join(map(words.say, names))
    if not isinstance(value, (int, float)):
        return words.say(_("not measured"))
    if unit == "commands":
        form = words.ngettext("%(number)s command", "%(number)s commands", round(value))
        return form % {"number": words.number(value)}
    if unit == "steps":
        form = words.ngettext("%(number)s step", "%(number)s steps", round(value))
        return form % {"number": words.number(value)}
    return value_text(unit, value, words)


def _rows(claim: ClaimRecord, keys: list[str], words: Words) -> Iterator[ClaimRow]:
    for name, row in claim.measurement.items():
        values = tuple(measured_text(key, row.get(key), words) for key in keys)
        yield ClaimRow(name, values, _log(row))


def _log(row: Mapping[str, Measured]) -> str:
    log = row.get(LOG)
    return log if isinstance(log, str) else ""


def measured_text(key: str, value: Measured, words: Words) -> str:
    """A claim's figure; its name ends with its unit."""
    if value is None:
        return words.say(_("not measured"))
    if isinstance(value, str):
        return words.say(SAID.get(value, value))
    if isinstance(value, bool):
        return value_text("flag", value, words)
    unit = next((unit for end, unit in UNITS.items() if key.endswith(end)), "")
    if unit:
        return value_text(unit, value, words)
    return words.number(value, 0 if value == round(value) else 2)
