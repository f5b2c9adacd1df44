"""Stacked bars: what disk is used for, and where the time of an install goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from shipways.report.charts import svg
from shipways.report.charts.chart import Picture, in_words, scale
from shipways.report.columns.reading import first_install
from shipways.report.i18n import Words
from shipways.report.overview import Row
from shipways.results import StepResult, TargetRecord, was_installed
from shipways.util.messages import mark as _

PARTS = {
    "app": _("app code"),
    "dependencies": _("dependencies"),
    "interpreter": _("interpreter"),
    "system": _("operating system"),
}
COLOURS = 4


def footprints(rows: Sequence[Row], words: Words) -> Iterator[Picture]:
    """A format's footprint by app, dependencies, interpreter and operating system."""
    known = [(row.id, each.breakdown) for row, each in _on_targets(rows) if each.breakdown]
    if not known:
        return
    columns = [[float(getattr(parts, part)) for _name, parts in known] for part in PARTS]
    names = [words.say(title) for title in PARTS.values()]
    totals = [sum(row) for row in zip(*columns, strict=True)]
    labels = [name for name, _parts in known]
    head = [words.say(_("Format")), *names, words.say(_("together"))]
    cells = [
        [label, *map(words.bytes, row), words.bytes(total)]
        for label, row, total in zip(labels, zip(*columns, strict=True), totals, strict=True)
    ]
    series = [
        _part(f"c{place}", name, column, words.bytes)
        for place, (name, column) in enumerate(zip(names, columns, strict=True))
    ]
    yield Picture(
        "footprint",
        words.say(_("Disk used on the target, by what it is used for")),
        in_words(head, cells),
        _drawn(labels, series, totals, words.bytes),
        [(one.css, name) for one, name in zip(series, names, strict=True)],
        head,
        cells,
    )


def timelines(rows: Sequence[Row], words: Words) -> Iterator[Picture]:
    """An install from the first command to the first response, command by command."""
    known = [(row, each) for row, each in _on_targets(rows) if each.first_response_s is not None]
    if not known:
        return
    ran = {row.id: first_install(each) for row, each in known}
    totals = [_first_response(each) for _row, each in known]
    waits = [
        max(0.0, total - sum(step.seconds for step in steps))
        for steps, total in zip(ran.values(), totals, strict=True)
    ]
    wait = words.say(_("until it answers"))
    places = range(max(map(len, ran.values())))
    series = [_step(ran, place, words) for place in places]
    legend = [(one.css, _nth(place, words)) for place, one in enumerate(series)]
    together = [[name, words.seconds(total)] for name, total in zip(ran, totals, strict=True)]
    yield Picture(
        "timeline",
        words.say(_("From the first command to the first response")),
        "; ".join(": ".join(pair) for pair in together),
        _drawn([*ran], [*series, _part("wait", wait, waits, words.seconds)], totals, words.seconds),
        [*legend, ("wait", wait)],
        [words.say(each) for each in (_("Format"), _("Command"), _("Begins after"), _("Takes"))],
        [*_told(ran, waits, wait, words)],
    )


def _first_response(target: TargetRecord) -> float:
    """Seconds of the installation whose commands are kept: where there were several, the first."""
    return [*target.first_response_runs, target.first_response_s or 0.0][0]


def _on_targets(rows: Sequence[Row]) -> list[tuple[Row, TargetRecord]]:
    seen = [(row, row.record.targets[row.target]) for row in rows if row.target]
    return [(row, target) for row, target in seen if was_installed(target)]


def _part(
    css: str, name: str, values: Sequence[float], write: Callable[[float], str]
) -> svg.Series:
    texts = [f"{name}: {write(value)}" for value in values]
    return svg.Series(css, values, texts, labelled=False)


def _drawn(
    labels: Sequence[str],
    series: Sequence[svg.Series],
    totals: Sequence[float],
    write: Callable[[float], str],
) -> str:
    """Stacked bars with the total at the end of each: the label of a part without length."""
    end = svg.Series("total", [0.0] * len(labels), [write(total) for total in totals])
    return svg.bars(labels, [*series, end], scale(write), stacked=True)


def _step(ran: dict[str, list[StepResult]], place: int, words: Words) -> svg.Series:
    steps = [each[place] if place < len(each) else None for each in ran.values()]
    return svg.Series(
        f"c{place % COLOURS}",
        [step.seconds if step else 0.0 for step in steps],
        [f"{step.command}: {words.seconds(step.seconds)}" if step else "" for step in steps],
        labelled=False,
    )


def _nth(place: int, words: Words) -> str:
    return words.say(_("command %(number)s")) % {"number": place + 1}


def _told(
    ran: dict[str, list[StepResult]], waits: Sequence[float], wait: str, words: Words
) -> Iterator[list[str]]:
    for (name, steps), seconds in zip(ran.items(), waits, strict=True):
        begin = 0.0
        for step in steps:
            yield [name, step.command, words.seconds(begin), words.seconds(step.seconds)]
            begin += step.seconds
        yield [name, wait, words.seconds(begin), words.seconds(seconds)]
