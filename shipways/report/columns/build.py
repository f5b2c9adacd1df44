"""The build: how long it takes, what it needs, and what may be said of its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shipways.report.columns.base import Column, Superlative
from shipways.report.columns.reading import builder, details, flag
from shipways.report.figure import Figure, Seen, Source
from shipways.util.measure import median
from shipways.util.messages import mark as _


def built(value: str, runs: str) -> Callable[[Seen], Figure]:
    """Reads a figure of the build, and the runs behind it."""

    def read(seen: Seen) -> Figure:
        build = seen.record.build
        each = tuple(getattr(build, runs)) if runs else ()
        figure = getattr(build, value)
        if figure is None and each:
            figure = median(each)
        if figure is None:
            return _unbuilt(seen)
        return Figure(figure, each, source=_source(seen))

    return read


def warm(seen: Seen) -> Figure:
    """The warm build, and how much of it the underlying tools took."""
    build = seen.record.build
    beside = details(
        (_("in the underlying tools: %(value)s"), "seconds", build.tool_s),
        (_("processor time: %(value)s"), "seconds", build.cpu_s),
    )
    return replace(built("warm_s", "runs")(seen), details=beside)


def _unbuilt(seen: Seen) -> Figure:
    """No figure of a build: a format that is but a link has none to offer."""
    return Figure(offered=bool(seen.record.artifacts) or seen.record.status != "ok")


def _source(seen: Seen) -> Source:
    build = seen.record.build
    commands = (build.command,) if build.command else ()
    return Source(commands, (build.log,) if build.log else (), builder(seen))


def reproducible(seen: Seen) -> Figure:
    """Whether two builds gave the same."""
    if seen.record.build.reproducible is None:
        return _unbuilt(seen)
    return Figure(flag(seen.record.build.reproducible), source=_source(seen))


def lint(seen: Seen) -> Figure:
    """What those linters found that did run."""
    lints = [lint for lint in seen.record.lint if not lint.skipped]
    if not lints:
        return _unbuilt(seen)
    source = Source(
        logs=tuple(lint.log for lint in lints if lint.log),
        tool=", ".join(f"{lint.tool} {lint.version}".strip() for lint in lints),
    )
    overridden = sum(lint.overridden for lint in lints)
    beside = details((_("overridden, with a reason: %(value)s"), "count", overridden or None))
    found = sum(lint.errors + lint.warnings for lint in lints)
    return Figure(float(found), source=source, details=beside)


COLD = Column(
    "cold_s",
    _("Build, cold"),
    "seconds",
    built("cold_s", "cold_runs"),
    _("with empty caches"),
    better="less",
    sampled=True,
    brief=True,
)
WARM = Column(
    "warm_s",
    _("Build, warm"),
    "seconds",
    warm,
    _("with filled caches"),
    better="less",
    sampled=True,
    brief=True,
    lead=Superlative(3, _("Fastest to build")),
    wish=Superlative(6, _("the fastest build")),
    limit="seconds",
)
MEMORY = Column(
    "peak_mib",
    _("Build memory"),
    "mib",
    built("peak_mib", ""),
    _("largest resident memory of the build's tools"),
    better="less",
    sampled=True,
)
REPRODUCIBLE = Column(
    "reproducible",
    _("Same bytes twice"),
    "flag",
    reproducible,
    _("two builds of one commit gave the same bytes"),
    better="more",
)
LINT = Column(
    "lint",
    _("Linter findings"),
    "count",
    lint,
    _("errors and warnings of the format's own linters"),
    better="less",
    brief=True,
)
