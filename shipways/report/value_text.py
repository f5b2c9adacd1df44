"""Values in words: figures with their units, spreads, differences."""

from __future__ import annotations

from shipways.report.columns.base import Column
from shipways.report.figure import Figure
from shipways.report.i18n import NBSP, Words, brief
from shipways.results import Lint
from shipways.util.messages import mark as _

PHASES = {
    "prerequisite": _("Before the first command"),
    "install": _("Install"),
    "start": _("Start"),
    "upgrade": _("Upgrade"),
    "rollback": _("Roll back"),
    "remove": _("Remove"),
    "purge": _("Remove with all data"),
}
STATUS = {"ok": _("ok"), "failed": _("failed"), "skipped": _("skipped")}


def figure_text(column: Column, figure: Figure, words: Words) -> str:
    """A figure as a reader sees it; absence in words."""
    if figure.text:
        return figure.text
    if figure.value is None:
        return words.say(_("not measured") if figure.offered else _("not offered"))
    return value_text(column.unit, figure.value, words)


def value_text(unit: str, value: float, words: Words) -> str:
    """A value with its unit."""
    if unit == "flag":
        return words.say(_("yes") if value else _("no"))
    if unit == "share":
        return words.percent(value)
    if unit == "score":
        return words.number(value, 1)
    if unit == "count":
        return words.number(value)
    measures = {"bytes": words.bytes, "seconds": words.seconds, "mib": words.mib}
    return measures[unit](value)


def spoken_text(column: Column, value: float, words: Words) -> str:
    """A value as a sentence says it: a bare count with its noun."""
    if not column.noun[0]:
        return value_text(column.unit, value, words)
    form = words.ngettext(*column.noun, round(value))
    return form % {"number": words.number(value)}


def spread_text(column: Column, figure: Figure, words: Words) -> str:
    """From the smallest to the largest run, or nothing where there was one run."""
    if len(figure.runs) < 2:
        return ""
    form = words.ngettext("median of %(number)s run", "median of %(number)s runs", len(figure.runs))
    ends = range_text(column.unit, figure.low, figure.high, words)
    return form % {"number": words.number(len(figure.runs))} + f", {ends}"


def range_text(unit: str, low: float, high: float, words: Words) -> str:
    """From one value to another; the unit once where both have the same."""
    first, last = value_text(unit, low, words), value_text(unit, high, words)
    number, _gap, name = first.partition(NBSP)
    return f"{number if last.endswith(NBSP + name) else first}–{last}"


def more_text(column: Column, least: float, value: float, words: Words) -> str:
    """By how much a value exceeds the least one."""
    if column.unit == "count" or not least:
        more = value_text(column.unit, value - least, words)
        return words.say(_("%(number)s more")) % {"number": more}
    ratio = value / least
    if ratio < 2:
        return words.say(_("%(share)s more")) % {"share": words.percent(ratio - 1)}
    whole = round(ratio) if ratio >= 100 else 2  # fractions go with the form of two or more
    form = words.ngettext("%(ratio)s time as much", "%(ratio)s times as much", whole)
    return form % {"ratio": words.ratio(ratio)}


def lint_text(lint: Lint, words: Words) -> str:
    """A linter and what it said: its counts, or why it did not run."""
    tool = f"{lint.tool} {lint.version}".strip()
    if lint.skipped:
        return f"{tool}: {words.say(STATUS['skipped'])}: {lint.skipped}"
    counts = (
        (words.ngettext("%(number)s error", "%(number)s errors", lint.errors), lint.errors),
        (words.ngettext("%(number)s warning", "%(number)s warnings", lint.warnings), lint.warnings),
        (
            words.ngettext(
                "%(number)s finding overridden", "%(number)s findings overridden", lint.overridden
            ),
            lint.overridden,
        ),
    )
    told = [form % {"number": words.number(number)} for form, number in counts if number]
    if not lint.errors and not lint.warnings:
        told.insert(0, words.say(_("no findings")))
    return f"{tool}: {', '.join(told)}"


def left_text(files: int, size: int, words: Words) -> str:
    """What stayed behind after a removal."""
    form = words.ngettext("%(number)s file", "%(number)s files", files)
    return ", ".join([form % {"number": words.number(files)}, words.bytes(size)])


def reason_text(reason: str, words: Words) -> str:
    """A reason in one line, or that there is none."""
    return brief(reason) or words.say(_("no reason was recorded"))
