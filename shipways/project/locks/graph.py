"""Which pins of a lock a project needs, and where: from what it asks for, along what those require.

A lock holds the pins of all extras, groups and systems at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from shipways.project.locks.conditions import ALWAYS, Condition, both, either, narrowed, text
from shipways.project.pin import Pin

Node = tuple[int, str]  # a pin's place, and one of its extras or ""


def reached(direct: Iterable[Requirement], pins: Sequence[Pin]) -> tuple[Pin, ...]:
    """Those that are needed, each with a marker that says where.

    A pin's own marker tells it from others of its name. What is required and not there is left to
    `unmet`, which knows for which Pythons it matters. Raises `ValueError` for a wrong marker.
    """
    walk = _Walk(pins)
    walk.go(direct)
    return tuple(
        replace(pin, marker=text(walk.where[place]))
        for place, pin in enumerate(pins)
        if place in walk.where
    )


class _Walk:
    def __init__(self, pins: Sequence[Pin]) -> None:
        self.pins = pins
        self.named = defaultdict[str, list[int]](list)
        for place, pin in enumerate(pins):
            self.named[pin.name].append(place)
        self.at: dict[Node, Condition] = {}

    @property
    def where(self) -> dict[int, Condition]:
        """Of each pin that was reached, with any of its extras."""
        found: dict[int, Condition] = {}
        for (place, _), condition in self.at.items():
            found[place] = either(found.get(place, frozenset()), condition)
        return found

    def go(self, direct: Iterable[Requirement]) -> None:
        waiting = [(requirement, "", ALWAYS) for requirement in direct]
        while waiting:
            requirement, extra, condition = waiting.pop()
            for node, wider in self._reach(requirement, extra, condition):
                waiting += [(each, node[1], wider) for each in self.pins[node[0]].requires]

    def _reach(
        self, requirement: Requirement, extra: str, condition: Condition
    ) -> Iterator[tuple[Node, Condition]]:
        """The nodes to which a requirement leads, where that is news."""
        marker = narrowed(str(requirement.marker or ""), [extra] if extra else [])
        if marker is None:
            return
        for place in self._candidates(requirement):
            there = both(both(condition, marker), self.pins[place].marker)
            for wanted in {"", *map(canonicalize_name, requirement.extras)}:
                before = self.at.get((place, wanted), frozenset())
                wider = either(before, there)
                if wider != before:
                    self.at[place, wanted] = wider
                    yield (place, wanted), wider

    def _candidates(self, requirement: Requirement) -> list[int]:
        """By name, and by version where there are several."""
        named = self.named[canonicalize_name(requirement.name)]
        if len(named) == 1:
            return named
        fits = requirement.specifier.contains
        versions = ((place, self.pins[place].version) for place in named)
        return [place for place, version in versions if not version or fits(version, True)]
