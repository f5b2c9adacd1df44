"""What there is to say beside the figures: provenance, requirements, builders, steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from shipways.report.i18n import Words
from shipways.report.overview import Row
from shipways.report.value_text import lint_text
from shipways.results import Results, StepRecord
from shipways.util.messages import mark as _


def provenance(results: Results, words: Words) -> Iterator[str]:
    """Who built what, when, where and from which commit."""
    project, host = results.project, results.host
    if project.commit:
        yield words.say(_("commit %(commit)s")) % {"commit": project.commit[:12]}
    if project.built_at:
        yield words.say(_("built %(date)s")) % {"date": words.date(project.built_at)}
    machine = ", ".join(part for part in (host.os, host.arch) if part)
    if machine:
        yield words.say(_("on %(machine)s")) % {"machine": machine}
    if host.cpus:
        form = words.ngettext("%(number)s processor", "%(number)s processors", host.cpus)
        yield form % {"number": words.number(host.cpus)}
    for tool, version in (
        ("Python", host.python),
        ("Docker", host.docker),
        ("Podman", host.podman),
    ):
        if version:
            yield f"{tool} {version}"
    if host.shipways:
        yield f"shipways {host.shipways}"


def about(row: Row, words: Words) -> Iterator[tuple[str, str]]:
    """What there is to say about a format beside its figures, as names and values."""
    record = row.record
    if record.installs_on:
        yield words.say(_("Installs on")), words.say(record.installs_on)
    if record.needs:
        yield words.say(_("The target must have")), words.say(record.needs)
    if record.services:
        yield words.say(_("Services")), ", ".join(record.services)
    if record.builder:
        builder = record.builder
        built = " ".join(part for part in (builder.tool, builder.version) if part)
        more = "; ".join(part for part in (builder.compression, builder.why) if part)
        yield words.say(_("Built with")), f"{built} ({more})" if more else built
    if record.lint:
        yield words.say(_("Linters")), "; ".join(lint_text(lint, words) for lint in record.lint)


def by_phase(steps: Sequence[StepRecord]) -> list[tuple[str, list[StepRecord]]]:
    """Steps in groups of one phase, in their order."""
    return [(phase, list(group)) for phase, group in groupby(steps, lambda step: step.phase)]
