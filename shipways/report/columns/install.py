"""The installation: what is typed, how long it takes, and whether it needs a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import PurePosixPath

from shipways.report.columns.base import Column, Superlative
from shipways.report.columns.reading import details, notes, on_target
from shipways.report.figure import Figure, Seen, Source
from shipways.results import TYPED, StepRecord, StepResult
from shipways.util.messages import mark as _
from shipways.util.messages import mark_plural as ngettext


def commands(seen: Seen) -> Figure:
    """As counted where they were typed, else as declared."""
    steps: Sequence[StepRecord | StepResult] = seen.record.steps
    typed = tuple(step.command for step in steps if step.phase in TYPED)
    source = Source(typed, target=seen.target_name)
    before = sum(step.phase == "prerequisite" for step in seen.record.steps)
    count = len(typed) or None
    if seen.target and seen.target.commands is not None:
        before, count = seen.target.prerequisites or 0, seen.target.commands
    if count is None:
        return Figure()
    beside = details((_("prerequisites: %(value)s"), "count", before or None))
    return Figure(float(count), source=source, details=beside)


def offline(seen: Seen) -> Figure:
    """Whether it was installed with the network cut off, which has a log of its own."""
    figure = on_target("offline")(seen)
    if figure.value is None or seen.target is None:
        return figure
    logs = tuple(str(PurePosixPath(log).with_name("offline.log")) for log in figure.source.logs)
    return replace(figure, source=replace(figure.source, logs=logs, notes=notes(seen, "offline")))


COMMANDS = Column(
    "commands",
    _("Commands"),
    "count",
    commands,
    _("what a person types to install and start; prerequisites are counted apart"),
    better="less",
    brief=True,
    noun=ngettext("%(number)s command", "%(number)s commands"),
    lead=Superlative(5, _("Fewest commands")),
    wish=Superlative(1, _("the fewest commands")),
    limit="commands",
)
INSTALL = Column(
    "install_s",
    _("Install"),
    "seconds",
    on_target("install_s", "install_runs"),
    _("all install commands together"),
    better="less",
    sampled=True,
    installed=True,
    on_target=attrgetter("install_s"),
)
FIRST_RESPONSE = Column(
    "first_response_s",
    _("First response"),
    "seconds",
    on_target("first_response_s", "first_response_runs"),
    _("from the first command to the first HTTP 200"),
    better="less",
    sampled=True,
    installed=True,
    brief=True,
    on_target=attrgetter("first_response_s"),
    lead=Superlative(4, _("Quickest to respond")),
    wish=Superlative(4, _("the quickest first response")),
    limit="first_response_s",
)
OFFLINE = Column(
    "offline",
    _("Works offline"),
    "flag",
    offline,
    _("installed with the network cut off"),
    better="more",
    installed=True,
    brief=True,
)
