"""The questions in one language: as a table for every reader, and as data for the page's script."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shipways.report import requirements
from shipways.report.columns import BY_KEY
from shipways.report.figure import Figure
from shipways.report.i18n import Words, brief
from shipways.report.overview import Overview, Row
from shipways.report.systems import NO, UNKNOWN, YES, Answer
from shipways.report.value_text import figure_text, spoken_text
from shipways.util.messages import mark as _

ORDER_TITLES = {
    "commands": _("the fewest commands"),
    "transfer_bytes": _("the least to transfer"),
    "artifact_bytes": _("the smallest file"),
    "first_response_s": _("the quickest first response"),
    "footprint_bytes": _("the least disk"),
    "warm_s": _("the fastest build"),
}
STATES = {YES: _("yes"), NO: _("no"), UNKNOWN: _("not known")}


@dataclass(frozen=True)
class Chooser:
    """All requirements and orders, and what each format answers."""

    view: Overview
    words: Words

    @property
    def systems(self) -> list[tuple[str, str]]:
        """The systems that a target may be, as key and title."""
        return [(each.key, self.words.say(each.title)) for each in _grouped("system")]

    @property
    def wishes(self) -> list[tuple[str, str]]:
        """What can be required beside the system, as key and title."""
        return [(each.key, self.words.say(each.title)) for each in _grouped("")]

    @property
    def orders(self) -> list[tuple[str, str]]:
        """By what the remaining formats can be ranked, as key and title."""
        return [(key, self.words.say(ORDER_TITLES[key])) for key in requirements.orders(self.view)]

    @cached_property
    def answers(self) -> dict[str, dict[str, tuple[str, str]]]:
        """By format and requirement: the answer's state and its reason in words."""
        return {
            row.id: {
                key: (one.state, self._reason(one))
                for key, one in requirements.answers(row).items()
            }
            for row in self.view.rows
        }

    @cached_property
    def missing(self) -> dict[str, str]:
        """Formats that were not built, and why."""
        return {
            row.id: next(iter(self.answers[row.id].values()))[1]
            for row in self.view.rows
            if not row.ok
        }

    def state(self, state: str) -> str:
        """A state in words."""
        return self.words.say(STATES[state])

    def data(self) -> dict[str, Any]:
        """What the page's script needs to narrow and rank."""
        return {"formats": [self._format(row) for row in self.view.rows]}

    def _format(self, row: Row) -> dict[str, Any]:
        orders = requirements.orders(self.view)
        ranks = {key: (row.figures[key].value, self._rank(key, row.figures[key])) for key in orders}
        return {
            "name": row.id,
            "anchor": f"{self.words.language}-{row.anchor}",
            "missing": self.missing.get(row.id, ""),
            "answers": self.answers[row.id] if row.ok else {},
            "ranks": ranks,
        }

    def _rank(self, key: str, figure: Figure) -> str:
        if figure.value is None:
            return figure_text(BY_KEY[key], figure, self.words)
        return spoken_text(BY_KEY[key], figure.value, self.words)

    def _reason(self, answer: Answer) -> str:
        values = {key: brief(self.words.say(value)) for key, value in answer.values.items()}
        return self.words.say(answer.message) % values


def _grouped(group: str) -> list[requirements.Requirement]:
    return [each for each in requirements.REQUIREMENTS if each.group == group]
