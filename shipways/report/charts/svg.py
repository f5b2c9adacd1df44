"""Charts by pygal, cut down to their shapes so that the page's own style and language apply."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import pygal
from pygal.etree import etree
from pygal.style import Style

from shipways.report.charts.labels import clear_whiskers, place_labels

# pygal hooks an importer for plugins that is none by today's rules: every failed import would warn.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__name__ != "PluginImportFixer"]

etree.to_etree()  # the standard library's trees, also where lxml is installed

WIDTH = 480
ROW = 26  # height of one bar with its space, in the units of the drawing
_STYLE = Style(label_font_size=12, major_label_font_size=12, value_font_size=12)
_UNWANTED = ("desc", "defs", "title", "style", "script")
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_DRAWN = ("d", "x", "y", "cx", "cy", "width", "height", "transform")


@dataclass(frozen=True)
class Series:
    """Values of one kind, by label; `spans` are lowest and highest where they are known."""

    css: str
    values: Sequence[float | None]
    texts: Sequence[str]
    spans: Sequence[tuple[float, float] | None] = ()
    labelled: bool = True


def bars(
    labels: Sequence[str],
    series: Sequence[Series],
    axis: Callable[[float], str],
    *,
    stacked: bool = False,
) -> str:
    """Horizontal bars, the first label on top; `axis` writes the numbers of the scale."""
    lanes = 1 if stacked else len(series)
    chart = (pygal.HorizontalStackedBar if stacked else pygal.HorizontalBar)(
        **_config(26 + ROW * len(labels) * (0.4 + 0.6 * lanes)),
        print_values=True,
        print_values_position="top",
        value_formatter=axis,
        range=(0, _longest(series, stacked) * 1.25),
    )
    chart.x_labels = [*reversed(labels)]
    for one in series:
        chart.add(one.css, [*reversed([*_values(one)])])
    root = chart.render_tree()
    clear_whiskers(root)
    return _cut(root, series)


def scatter(
    points: Sequence[tuple[str, float, float]],
    axis_x: Callable[[float], str],
    axis_y: Callable[[float], str],
) -> str:
    """Points with their labels beside them, as (label, x, y)."""
    chart = pygal.XY(
        **_config(320),
        stroke=False,
        dots_size=5,
        print_labels=True,
        value_formatter=axis_y,
        x_value_formatter=axis_x,
        xrange=(0, max(x for _label, x, _y in points) * 1.25 or 1),
        range=(0, max(y for _label, _x, y in points) * 1.15 or 1),
    )
    chart.add("c0", [{"value": (x, y), "label": label} for label, x, y in points])
    texts = [f"{label}: {axis_x(x)}, {axis_y(y)}" for label, x, y in reversed(points)]
    root = chart.render_tree()
    place_labels(root)
    return _cut(root, [Series("c0", [x for _label, x, _y in points], texts)], shape="circle")


def _config(height: float) -> dict[str, Any]:
    return {
        "width": WIDTH,
        "height": round(height),
        "margin": 4,
        "margin_left": 12,
        "margin_bottom": 4,
        "style": _STYLE,
        "css": (),
        "js": (),
        "show_legend": False,
        "truncate_label": -1,
        "max_scale": 5,
        "no_prefix": True,
        "spacing": 2,
    }


def _longest(series: Sequence[Series], stacked: bool) -> float:
    rows = list(zip(*(one.values for one in series), strict=True))
    total: Callable[[Iterator[float]], float] = sum if stacked else max
    ends = [span[1] for one in series for span in one.spans if span]
    return max([total(value or 0.0 for value in row) for row in rows] + ends, default=0) or 1.0


def _values(series: Series) -> Iterator[dict[str, Any] | None]:
    spans = series.spans or [None] * len(series.values)
    for value, text, span in zip(series.values, series.texts, spans, strict=True):
        if value is None:
            yield None
            continue
        point: dict[str, Any] = {"value": value, "formatter": lambda _value, text=text: text}
        if span and span[1] > span[0]:
            point["ci"] = {"low": span[0], "high": span[1]}
        yield point


def _cut(root: Element, series: Sequence[Series], shape: str = "rect") -> str:
    """Keep axes, shapes and labels; name each series' style; give each shape a tooltip."""
    _prune(root)
    for group in root.iter("g"):
        found = re.search(r"serie-(\d+)", group.get("class", ""))
        if found:
            one = series[int(found[1])]
            group.set("class", f"series {one.css}")
            _finish(group, one, shape)
    for name in ("id", "class", "xmlns"):
        root.attrib.pop(name, None)
    root.set("class", "chart")
    root.set("aria-hidden", "true")  # the figure's caption says it in words
    root.set("focusable", "false")
    for node in root.iter():
        for name in _DRAWN:
            if name in node.attrib:
                node.set(
                    name, _NUMBER.sub(lambda found: f"{float(found[0]):.1f}", node.attrib[name])
                )
    return tostring(root, "unicode")


def _prune(parent: Element) -> None:
    for child in list(parent):
        css = child.get("class") or ""  # a comment has none at all
        tag = child.tag if isinstance(child.tag, str) else "comment"
        decoration = "tooltip-overlay" in css or css in ("legends", "background", "titles")
        if tag in _UNWANTED or tag == "comment" or decoration:
            parent.remove(child)
        else:
            _prune(child)


def _finish(group: Element, series: Series, shape: str) -> None:
    """Tooltips for the shapes, which are drawn from the last value to the first."""
    drawn = zip(series.values, series.texts, strict=True)
    texts = iter([text for value, text in drawn if value is not None][::-1])
    for node in group.iter():
        for name in ("rx", "ry", "class", "text-anchor"):
            if node is not group and node.get("class") != "ci":
                node.attrib.pop(name, None)
        if node.tag == shape:
            SubElement(node, "title").text = next(texts, "")
    if not series.labelled:
        for text in group.findall("text"):
            group.remove(text)
