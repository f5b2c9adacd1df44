"""A format on each clean machine that it was tried on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shipways.report.columns import COLUMNS
from shipways.report.columns.base import Column
from shipways.report.i18n import Words, brief
from shipways.report.overview import Row
from shipways.report.value_text import STATUS, left_text, value_text
from shipways.results import StepResult, TargetRecord
from shipways.util.messages import mark as _

SOURCES = {
    "archive": _("base from the Debian archive"),
    "registry": _("base from a registry"),
}
PHASES = {
    "install": _("install"),
    "serve": _("serve"),
    "hardening": _("confined"),
    "persist": _("keep data"),
    "upgrade": _("upgrade"),
    "rollback": _("roll back"),
    "broken_upgrade": _("survive a broken upgrade"),
    "remove": _("remove"),
    "purge": _("purge"),
    "residue": _("left behind"),
}


@dataclass(frozen=True)
class TargetView:
    """One target: how it went, its figures, its phases and the commands that ran there."""

    name: str
    platform: str
    status: str
    status_text: str
    reason: str  # in one line; the notes have all of it
    figures: tuple[str, ...]
    phases: tuple[tuple[str, str, str], ...]  # title, what happened, note
    steps: tuple[tuple[StepResult, str], ...]  # with seconds in words


def heads(words: Words) -> list[str]:
    """The titles of a target's figures."""
    return [words.say(column.title) for column, _read in _columns()]


def target_views(row: Row, words: Words) -> Iterator[TargetView]:
    """Each target of a format."""
    for name, target in row.record.targets.items():
        yield TargetView(
            name,
            ", ".join(filter(None, (target.platform, _source(target, words)))),
            target.status,
            words.say(STATUS.get(target.status, target.status)),
            brief(target.reason),
            tuple(_figure(column, read(target), words) for column, read in _columns()),
            tuple(_phases(target, words)),
            tuple((step, words.seconds(step.seconds)) for step in target.steps),
        )


def _source(target: TargetRecord, words: Words) -> str:
    return words.say(SOURCES.get(target.base_source, target.base_source))


def _columns() -> list[tuple[Column, Callable[[TargetRecord], float | None]]]:
    """Those that each target has a figure of, and how it is read."""
    return [(each, each.on_target) for each in COLUMNS.values() if each.on_target]


def _figure(column: Column, value: float | None, words: Words) -> str:
    return "–" if value is None else value_text(column.unit, value, words)


def _phases(target: TargetRecord, words: Words) -> Iterator[tuple[str, str, str]]:
    for phase, went in target.lifecycle.items():
        note = target.notes.get(phase, "")
        if phase == "residue" and target.residue_files is not None:
            told = left_text(target.residue_files, target.residue_bytes or 0, words)
        elif isinstance(went, bool):
            told = words.say(_("yes") if went else _("no"))
        else:
            told = words.say(went)
        if phase in target.phase_s:
            told = f"{told}, {words.seconds(target.phase_s[phase])}"
        yield words.say(PHASES.get(phase, phase)), told, "" if note == went else note
