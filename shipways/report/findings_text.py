"""Findings in words: one place for all outputs, each of which brings its own ink."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from shipways.report.figure import Figure
from shipways.report.findings import (
    BEYOND,
    ONCE,
    WITHIN,
    Findings,
    Lead,
    Problem,
    Split,
    Standing,
)
from shipways.report.i18n import Words
from shipways.report.value_text import (
    STATUS,
    left_text,
    more_text,
    reason_text,
    spoken_text,
    spread_text,
)
from shipways.util.messages import mark as _

SPLIT_TITLES = {
    "offline": _("Works offline"),
    "removal": _("Leaves nothing behind when removed"),
    "reproducible": _("Same source, same bytes"),
    "lint": _("Clean by its linters"),
}
CERTAINTY = {
    BEYOND: _("That lead is larger than the spread of the measurements."),
    WITHIN: _("That lead is within the spread of the measurements: the first two count as equal."),
    ONCE: _("Not measured often enough to know the spread."),
}


class Ink(Protocol):
    """How one output writes: foreign text made harmless, names set apart."""

    def text(self, text: str) -> str:
        """Any text, escaped."""

    def name(self, name: str) -> str:
        """A format's name, set apart."""

    def fill(self, message: str, **values: str) -> str:
        """A translated message with values that are already in this ink."""


def findings(found: Findings, words: Words, ink: Ink) -> Iterator[tuple[str, str, str]]:
    """Each finding as a kind, a title and a sentence in this ink."""
    for lead in found.leads:
        yield lead.column.key, lead_title(lead, words), lead_sentence(lead, words, ink)
    for split in found.splits:
        yield split.kind, split_title(split, words), split_sentence(split, words, ink)


def lead_title(lead: Lead, words: Words) -> str:
    """What this finding is about."""
    return words.say(lead.column.lead.text if lead.column.lead else lead.column.title)


def lead_sentence(lead: Lead, words: Words, ink: Ink) -> str:
    """Who leads, with which figure, by how much, and how sure that is."""
    parts = [_winners(lead, words, ink), _others(lead, words, ink)]
    if lead.column.key == "artifact_bytes":
        alone = _("This is the file alone, without what a target still has to fetch.")
        parts.append(ink.text(words.say(alone)))
    if apart := _apart(lead, words, ink):
        parts.append(apart)
    if lead.certainty in CERTAINTY:
        parts.append(ink.text(words.say(CERTAINTY[lead.certainty])))
    if lead.unknown:
        names = names_text(lead.unknown, words, ink)
        parts.append(ink.fill(words.say(_("Not measured: %(names)s.")), names=names))
    return ink.fill("%(all)s", all=_join(" ", [part for part in parts if part], ink))


def _winners(lead: Lead, words: Words, ink: Ink) -> str:
    best = lead.winners[0].figure
    shown = spoken_text(lead.column, lead.winners[0].value, words)
    spread = spread_text(lead.column, best, words)
    value = f"{shown} ({spread})" if spread else shown
    names = names_text([winner.format for winner in lead.winners], words, ink)
    if len(lead.winners) > 1:
        message = words.say(_("%(names)s, each with %(value)s."))
    elif lead.next is None:
        message = words.say(_("%(names)s with %(value)s; no other format was measured."))
    else:
        message = words.say(_("%(names)s with %(value)s."))
    return ink.fill(message, names=names, value=ink.text(value))


def _others(lead: Lead, words: Words, ink: Ink) -> str:
    if lead.next is None:
        return ""
    message = words.say(_("Next is %(next)s with %(value)s, %(more)s."))
    values = _against(lead, lead.next, words, ink)
    if lead.last is None:
        return ink.fill(message, next=values["name"], value=values["value"], more=values["more"])
    last = _against(lead, lead.last, words, ink)
    message = words.say(
        _("Next is %(next)s with %(value)s, %(more)s; last is %(last)s with %(most)s, %(far)s.")
    )
    return ink.fill(
        message,
        next=values["name"],
        value=values["value"],
        more=values["more"],
        last=last["name"],
        most=last["value"],
        far=last["more"],
    )


def _apart(lead: Lead, words: Words, ink: Ink) -> str:
    """That those compared were measured on different systems, where they were."""
    if not lead.column.installed or lead.next is None:
        return ""
    first, second = lead.winners[0], lead.next
    if first.figure.source.target == second.figure.source.target:
        return ""
    return ink.fill(
        words.say(_("Not on the same system: %(first)s on %(here)s, %(second)s on %(there)s.")),
        first=ink.name(first.format),
        here=ink.text(first.figure.source.target),
        second=ink.name(second.format),
        there=ink.text(second.figure.source.target),
    )


def _against(lead: Lead, other: Standing, words: Words, ink: Ink) -> dict[str, str]:
    return {
        "name": ink.name(other.format),
        "value": ink.text(spoken_text(lead.column, other.value, words)),
        "more": ink.text(more_text(lead.column, lead.winners[0].value, other.value, words)),
    }


def split_title(split: Split, words: Words) -> str:
    """What this finding is about."""
    return words.say(SPLIT_TITLES[split.kind])


def split_sentence(split: Split, words: Words, ink: Ink) -> str:
    """Who has the property, who does not, of whom it is not known."""
    lacking = [_lacking(split.kind, name, figure, words, ink) for name, figure in split.lacking]
    parts = []
    for message, names in (
        ("%(names)s.", [ink.name(name) for name in split.having]),
        (_("Not so: %(names)s."), lacking),
        (_("Not measured: %(names)s."), [ink.name(name) for name in split.unknown]),
    ):
        if names:
            parts.append(ink.fill(words.say(message), names=_listed(names, words, ink)))
    return _join(" ", parts, ink)


def _lacking(kind: str, name: str, figure: Figure, words: Words, ink: Ink) -> str:
    """A format that lacks a property, with how far it is from it where that is known."""
    if kind == "lint":
        count = round(figure.value or 0)
        form = words.ngettext("%(number)s finding", "%(number)s findings", count)
        how = form % {"number": words.number(count)}
    elif figure.left:
        how = left_text(*figure.left, words)
    else:
        return ink.fill("%(name)s", name=ink.name(name))
    return ink.fill("%(name)s (%(how)s)", name=ink.name(name), how=ink.text(how))


def problem_sentence(problem: Problem, words: Words, ink: Ink) -> str:
    """Which format is missing, and why."""
    status = words.say(STATUS.get(problem.status, problem.status))
    reason = reason_text(problem.reason, words)
    message = "%(name)s %(status)s: %(reason)s"
    if problem.target:
        message = words.say(_("%(name)s on %(target)s %(status)s: %(reason)s"))
    return ink.fill(
        message,
        name=ink.name(problem.format),
        target=ink.text(problem.target),
        status=ink.text(status),
        reason=ink.text(reason),
    )


def names_text(names: Sequence[str], words: Words, ink: Ink) -> str:
    """A list of format names, with an "and" before the last."""
    return _listed([ink.name(name) for name in names], words, ink)


def _listed(items: Sequence[str], words: Words, ink: Ink) -> str:
    if len(items) < 2:
        return _join("", items, ink)
    message = words.say(_("%(first)s and %(last)s"))
    return ink.fill(message, first=_join(", ", items[:-1], ink), last=items[-1])


def _join(separator: str, parts: Sequence[str], ink: Ink) -> str:
    filled = ink.fill("%(part)s", part=parts[0]) if parts else ink.text("")
    for part in parts[1:]:
        filled = ink.fill("%(left)s%(between)s%(part)s", left=filled, between=separator, part=part)
    return filled
