"""A column of the table: what is compared, how it is read from a record, and where it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from shipways.report.figure import Figure, Seen
from shipways.results import TargetRecord

Unit = Literal["bytes", "seconds", "mib", "count", "score", "share", "flag", "text"]
Better = Literal["less", "more", ""]  # "": neither


@dataclass(frozen=True)
class Superlative:
    """How the best in a column is called, and its place among those of other columns."""

    place: int
    text: str


@dataclass(frozen=True)
class Column:
    """A figure of each format: a column of the tables, a row of what changed between two runs.

    `read` gives a figure that knows where it came from; the unit says how it is told. A column
    where less is better is ranked; it and one where more is better are compared between two runs.
    """

    key: str
    title: str
    unit: Unit
    read: Callable[[Seen], Figure]
    help: str
    better: Better = ""
    sampled: bool = False  # varies from run to run, and is not just counted
    installed: bool = False  # seen on a target, not at the build
    brief: bool = False  # also in the terminal's table, which has room for a few
    noun: tuple[str, str] = ("", "")  # of a count: how a sentence tells one, and how many
    on_target: Callable[[TargetRecord], float | None] | None = None  # for the table of each target
    lead: Superlative | None = None  # of a finding: "Smallest file"
    wish: Superlative | None = None  # when one is chosen: "the smallest file"
    limit: str = ""  # the name of a limit in a project's budget

    @property
    def ranked(self) -> bool:
        """Whether the formats are ranked by it: less is better."""
        return self.better == "less"
