"""The service that runs: what it takes, as whom it runs, how far it is confined."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from pathlib import PurePosixPath

from shipways.report.columns.base import Column
from shipways.report.columns.reading import notes, on_target
from shipways.report.figure import Figure, Seen, Source
from shipways.util.messages import mark as _


def user(seen: Seen) -> Figure:
    """Whom the service runs as, in words."""
    if seen.target is None or not seen.target.user:
        return Figure()
    source = Source(target=seen.target_name, notes=notes(seen, "serve"))
    return Figure(text=seen.target.user, source=source)


def exposure(seen: Seen) -> Figure:
    """What systemd says of a unit; a service that is none has no such figure."""
    figure = on_target("exposure")(seen)
    if figure.value is None:
        return Figure(offered=not seen.target or "hardening" not in seen.target.lifecycle)
    logs = tuple(str(PurePosixPath(log).with_name("hardening.log")) for log in figure.source.logs)
    return replace(figure, source=Source(logs=logs, target=seen.target_name))


MEMORY = Column(
    "idle_mib",
    _("Idle memory"),
    "mib",
    on_target("idle_mib"),
    _("of the running service, with nothing to do"),
    better="less",
    sampled=True,
    installed=True,
    on_target=attrgetter("idle_mib"),
    limit="idle_mib",
)
USER = Column(
    "user",
    _("Service user"),
    "text",
    user,
    _("whom the service runs as"),
    installed=True,
)
EXPOSURE = Column(
    "exposure",
    _("Exposure"),
    "score",
    exposure,
    _("systemd-analyze security, 0 is best and 10 is worst"),
    better="less",
    installed=True,
)
