"""Claims about ways to deliver, each with its measurement and the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipways.report.phrases import value_text
from shipways.report.words import Words
from shipways.report.words import mark as _
from shipways.results import Claim, Results

CLAIMS = {
    "delivery": _("Containers deliver an application quickly."),
    "commands": _("The commands are almost the same on every system."),
    "moving": _("Moving to another server means just carrying the project over."),
    "isolation": _("The project is isolated: nothing in it can get at the host."),
    "density": _("Many containers can run on one machine."),
}
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
    "systems": _("Systems"),
    "different_commands": _("Commands that differ"),
    "steps": _("Steps"),
    "moved_bytes": _("Moved"),
    "serving_s": _("Until it serves"),
    "data_kept": _("Data kept"),
    "copies1_mib": _("1 copy, memory"),
    "copies5_mib": _("5 copies, memory"),
    "copies20_mib": _("20 copies, memory"),
    "copies1_bytes": _("1 copy, disk"),
    "copies5_bytes": _("5 copies, disk"),
    "copies20_bytes": _("20 copies, disk"),
}


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
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def claim_views(results: Results, words: Words) -> Iterator[ClaimView]:
    """Each claim of a run; unknown ones in the words that they came with."""
    for claim in results.claims:
        keys = list(dict.fromkeys(key for row in claim.measurement.values() for key in row))
        yield ClaimView(
            claim.id,
            words.say(claim.text or CLAIMS.get(claim.id, claim.id)),
            claim.verdict,
            words.say(VERDICTS.get(claim.verdict, claim.verdict)),
            words.say(claim.reason),
            claim.log,
            tuple(words.say(FIGURES.get(key, key)) for key in keys),
            tuple(_rows(claim, keys, words)),
        )


def _rows(claim: Claim, keys: list[str], words: Words) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, row in claim.measurement.items():
        yield name, tuple(measured_text(key, row.get(key), words) for key in keys)


def measured_text(key: str, value: float | bool | str | None, words: Words) -> str:
    """A claim's figure; its name ends with its unit."""
    if value is None:
        return words.say(_("not measured"))
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return value_text("flag", value, words)
    unit = next((unit for end, unit in UNITS.items() if key.endswith(end)), "")
    if unit:
        return value_text(unit, value, words)
    return words.number(value, 0 if value == round(value) else 2)
