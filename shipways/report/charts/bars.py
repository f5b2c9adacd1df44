"""The pictures of a report: sizes and times as bars, transfer against footprint as points."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from shipways.report.charts import svg
from shipways.report.charts.chart import Picture, in_words, scale
from shipways.report.charts.stacked import footprints, timelines
from shipways.report.columns import COLUMNS
from shipways.report.i18n import Words
from shipways.report.overview import Overview, Row
from shipways.report.value_text import figure_text, spread_text
from shipways.util.messages import mark as _


def pictures(view: Overview, words: Words) -> list[Picture]:
    """All pictures for which there are figures."""
    makers = (_sizes, _builds, footprints, timelines, _scatter)
    rows = [row for row in view.rows if row.ok]
    return [picture for make in makers for picture in make(rows, words)]


def _having(rows: Sequence[Row], *keys: str) -> list[Row]:
    return [row for row in rows if any(row.figures[key].value is not None for key in keys)]


def _sizes(rows: Sequence[Row], words: Words) -> Iterator[Picture]:
    title = _("Size of the artifact, and all that a target receives")
    if not _having(rows, "transfer_bytes"):
        title = _("Size of the artifact")
    yield from _grouped(rows, ("artifact_bytes", "transfer_bytes"), title, words.bytes, words)


def _builds(rows: Sequence[Row], words: Words) -> Iterator[Picture]:
    title = _("Time to build")
    if any(len(row.figures[key].runs) > 1 for row in rows for key in ("cold_s", "warm_s")):
        title = _("Time to build; the whiskers are the spread of the runs")
    yield from _grouped(rows, ("cold_s", "warm_s"), title, words.seconds, words)


def _grouped(
    rows: Sequence[Row],
    keys: Sequence[str],
    title: str,
    write: Callable[[float], str],
    words: Words,
) -> Iterator[Picture]:
    """Bars side by side, for those figures and formats that were measured."""
    keys = [key for key in keys if _having(rows, key)]
    rows = _having(rows, *keys)
    if not rows:
        return
    series = [_series(rows, key, f"c{place}", words) for place, key in enumerate(keys)]
    titles = [words.say(COLUMNS[key].title) for key in keys]
    head = [words.say(_("Format")), *titles]
    told = [
        [row.id, *texts] for row, *texts in zip(rows, *(one.texts for one in series), strict=True)
    ]
    cells = [[row.id, *(_with_spread(row, key, words) for key in keys)] for row in rows]
    yield Picture(
        "-".join(keys),
        words.say(title),
        in_words(head, told),
        svg.bars([row.id for row in rows], series, scale(write)),
        [(one.css, name) for one, name in zip(series, titles, strict=True)],
        head,
        cells,
    )


def _series(rows: Sequence[Row], key: str, css: str, words: Words) -> svg.Series:
    figures = [row.figures[key] for row in rows]
    return svg.Series(
        css,
        [figure.value for figure in figures],
        [figure_text(COLUMNS[key], figure, words) for figure in figures],
        [(figure.low, figure.high) if len(figure.runs) > 1 else None for figure in figures],
    )


def _with_spread(row: Row, key: str, words: Words) -> str:
    shown = figure_text(COLUMNS[key], row.figures[key], words)
    spread = spread_text(COLUMNS[key], row.figures[key], words)
    return f"{shown} ({spread})" if spread else shown


def _scatter(rows: Sequence[Row], words: Words) -> Iterator[Picture]:
    keys = ("transfer_bytes", "footprint_bytes")
    points = [(row.id, row.figures[keys[0]].value, row.figures[keys[1]].value) for row in rows]
    known = [(name, x, y) for name, x, y in points if x is not None and y is not None]
    if len(known) < 2:
        return
    head = [words.say(_("Format")), *(words.say(COLUMNS[key].title) for key in keys)]
    cells = [[name, words.bytes(x), words.bytes(y)] for name, x, y in known]
    yield Picture(
        "scatter",
        words.say(_("Transfer (across) against footprint (up)")),
        in_words(head, cells),
        svg.scatter(known, scale(words.bytes), scale(words.bytes)),
        [],
        head,
        cells,
    )
