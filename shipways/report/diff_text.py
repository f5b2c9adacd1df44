"""What changed since another run, as Markdown short enough for a pull-request comment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipways.report.budget import Overrun
from shipways.report.diff import Change, Comparison, Culprit
from shipways.report.findings_text import Ink
from shipways.report.i18n import Words
from shipways.report.markdown import INK, MarkdownInk
from shipways.report.value_text import value_text
from shipways.results import ProjectRecord
from shipways.util.messages import mark as _

HEADS = (_("Format"), _("Figure"), _("Before"), _("Now"), _("Change"))
OVER_BUDGET = _("Over budget:")
MOST = 12  # changes in a summary; the report has them all


def text(comparison: Comparison, overruns: Sequence[Overrun], words: Words) -> str:
    """The summary: over budget first, then what changed beyond noise, then what did not."""
    return "\n\n".join(blocks(comparison, overruns, words)) + "\n"


def blocks(
    comparison: Comparison, overruns: Sequence[Overrun], words: Words, level: int = 3
) -> Iterator[str]:
    """The summary's paragraphs, below a heading of this level."""
    since = words.say(_("Since %(commit)s")) % {"commit": INK.text(_name(comparison.old))}
    yield f"{'#' * level} {since}"
    if overruns:
        yield words.say(OVER_BUDGET)
        yield "\n".join(f"- {overrun_sentence(overrun, words, INK)}" for overrun in overruns)
    yield from _changes(comparison, words, INK)
    yield "\n".join(f"- {note}" for note in notes(comparison, words, INK))


def _name(project: ProjectRecord) -> str:
    return project.commit[:12] or project.version


def _changes(comparison: Comparison, words: Words, ink: MarkdownInk) -> Iterator[str]:
    if not comparison.changes:
        return  # the notes say how many figures stayed
    lines = [" | ".join(map(words.say, HEADS)), "--- | --- | ---: | ---: | ---"]
    for change in comparison.changes[:MOST]:
        lines.append(" | ".join(cells(change, words, ink)))
    yield "\n".join(f"| {line} |" for line in lines)


def cells(change: Change, words: Words, ink: Ink) -> Iterator[str]:
    """A change as a row: format, figure, before, now, and how it changed."""
    yield ink.name(change.format)
    yield words.say(change.column.title)
    yield value_text(change.column.unit, change.before, words)
    yield value_text(change.column.unit, change.after, words)
    told = change_text(change, words)
    blame = culprits_text(change.culprits, words, ink) if change.worse else ""
    yield f"{told}: {blame}" if blame else told


def change_text(change: Change, words: Words) -> str:
    """Better or worse, and by how much."""
    verdict = words.say(_("worse") if change.worse else _("better"))
    if change.ratio is None:
        return verdict
    share = change.ratio - 1
    sign = "+" if share > 0 else "\N{MINUS SIGN}"
    told = f"{verdict}, {sign}{words.percent(abs(share))}"
    once = words.say(_("measured once"))
    return f"{told}, {once}" if change.once else told


def culprits_text(culprits: Sequence[Culprit], words: Words, ink: Ink) -> str:
    """Parts and their bytes."""
    filled = ink.text("")
    for place, culprit in enumerate(culprits):
        part, size = ink.text(culprit.part), ink.text(words.bytes(culprit.bytes))
        gap = ", " if place else ""
        filled = ink.fill(
            "%(left)s%(gap)s%(part)s %(size)s", left=filled, gap=gap, part=part, size=size
        )
    return filled


def overrun_sentence(overrun: Overrun, words: Words, ink: Ink) -> str:
    """What exceeds its limit, by how much, and which parts are to blame."""
    unit = overrun.column.unit
    sentence = ink.fill(
        words.say(_("%(name)s: %(figure)s %(value)s, the limit is %(limit)s")),
        name=ink.name(overrun.format),
        figure=ink.text(words.say(overrun.column.title)),
        value=ink.text(value_text(unit, overrun.value, words)),
        limit=ink.text(value_text(unit, overrun.limit, words)),
    )
    if not overrun.culprits:
        return sentence
    message = words.say(
        _("grew, unpacked: %(parts)s") if overrun.grew else _("largest, unpacked: %(parts)s")
    )
    blame = ink.fill(message, parts=culprits_text(overrun.culprits, words, ink))
    return ink.fill("%(sentence)s; %(blame)s", sentence=sentence, blame=blame)


def notes(comparison: Comparison, words: Words, ink: Ink) -> Iterator[str]:
    """What a table of changes does not say."""
    count = words.number(comparison.steady)
    form = words.ngettext(
        "%(number)s other figure did not change beyond noise.",
        "%(number)s other figures did not change beyond noise.",
        comparison.steady,
    )
    yield ink.text(form % {"number": count})
    for message, names in (
        (_("New: %(names)s."), comparison.appeared),
        (_("Not there any more: %(names)s."), comparison.vanished),
        (_("Was built before, but not now: %(names)s."), comparison.broke),
        (_("Is built now, but was not before: %(names)s."), comparison.mended),
    ):
        if names:
            yield ink.fill(words.say(message), names=ink.text(", ".join(names)))
    left = len(comparison.changes) - MOST
    if left > 0:
        form = words.ngettext("%(number)s more change.", "%(number)s more changes.", left)
        yield ink.text(form % {"number": words.number(left)})
    if not comparison.same_machine:
        yield ink.text(
            words.say(
                _("The two runs are from different machines, so times and memory are not compared.")
            )
        )
