"""Pictures: drawn for what was measured, and the same in words and as a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree.ElementTree import fromstring

import pytest

from shipways.report.charts import svg
from shipways.report.charts.bars import pictures
from shipways.report.charts.chart import Picture, scale
from shipways.report.i18n import words
from shipways.report.overview import overview
from shipways.results import Breakdown, FormatRecord, Results, StepResult, TargetRecord

Make = Callable[..., Results]
MakeFormat = Callable[..., FormatRecord]


def drawn(results: Results, language: str = "en") -> dict[str, Picture]:
    return {each.key: each for each in pictures(overview(results), words(language))}


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


def test_only_what_was_measured_is_drawn(make_results: Make, make_format: MakeFormat) -> None:
    assert not drawn(make_results(a=make_format()))
    assert list(drawn(make_results(a=make_format(5)))) == ["artifact_bytes"]
    assert list(drawn(make_results(a=make_format(5, [1.0])))) == ["artifact_bytes", "warm_s"]


def test_the_golden_run_has_all_five(golden: Callable[[str], Results]) -> None:
    found = drawn(golden("all"))
    assert [*found] == [
        "artifact_bytes-transfer_bytes",
        "cold_s-warm_s",
        "footprint",
        "timeline",
        "scatter",
    ]
    for picture in found.values():
        fromstring(picture.drawing)
        assert all(len(row) == len(picture.head) for row in picture.rows)
        assert "script" not in picture.drawing
        assert "style" not in picture.drawing


def test_words_say_what_the_drawing_shows(make_results: Make, make_format: MakeFormat) -> None:
    results = make_results(a=make_format(5_000_000), b=make_format(), c=make_format(7_000_000))
    picture = drawn(results)["artifact_bytes"]
    assert plain(picture.says) == "a: Artifact 5.00 MB; c: Artifact 7.00 MB"
    assert [*map(plain, picture.rows[1])] == ["c", "7.00 MB"]


def test_spread_is_drawn_as_whiskers(make_results: Make, make_format: MakeFormat) -> None:
    without = drawn(make_results(a=make_format(runs=[1.0])))["warm_s"]
    assert 'class="ci"' not in without.drawing
    picture = drawn(make_results(a=make_format(runs=[1.0, 2.0, 3.0])))["warm_s"]
    assert 'class="ci"' in picture.drawing
    (text,) = re.findall(r'<text x="([\d.]+)"[^>]*>2.00', picture.drawing)
    whisker = max(map(float, re.findall(r"[ML]([\d.]+) ", picture.drawing.split('class="ci"')[1])))
    assert float(text) > whisker


def test_the_timeline_begins_each_command_after_the_one_before(
    make_results: Make, make_format: MakeFormat
) -> None:
    steps = [
        StepResult(phase="prerequisite", command="update", seconds=9.0, ok=True),
        StepResult(phase="install", command="get", seconds=2.0, ok=True),
        StepResult(phase="start", command="run", seconds=1.0, ok=True),
    ]
    target = TargetRecord(status="ok", first_response_s=4.5, steps=steps)
    picture = drawn(make_results(a=make_format(t=target)))["timeline"]
    assert [[*map(plain, row)] for row in picture.rows] == [
        ["a", "get", "0.00 s", "2.00 s"],
        ["a", "run", "2.00 s", "1.00 s"],
        ["a", "until it answers", "3.00 s", "1.50 s"],
    ]
    assert "get: 2.00" in picture.drawing


def test_an_install_without_known_commands_is_one_wait(
    make_results: Make, make_format: MakeFormat
) -> None:
    target = TargetRecord(status="ok", first_response_s=4.5)
    picture = drawn(make_results(a=make_format(t=target)))["timeline"]
    assert plain(picture.rows[0][-1]) == "4.50 s"


def test_the_footprint_adds_up(make_results: Make, make_format: MakeFormat) -> None:
    parts = Breakdown(app=1_000_000, dependencies=2_000_000, interpreter=3_000_000)
    target = TargetRecord(status="ok", breakdown=parts)
    picture = drawn(make_results(a=make_format(t=target)))["footprint"]
    assert plain(picture.rows[0][-1]) == "6.00 MB"


def test_points_need_another_to_compare_with(make_results: Make, make_format: MakeFormat) -> None:
    target = TargetRecord(status="ok", transfer_bytes=0, footprint_bytes=0)
    assert "scatter" not in drawn(make_results(a=make_format(t=target)))
    assert "scatter" in drawn(make_results(a=make_format(t=target), b=make_format(t=target)))


def test_labels_of_near_points_do_not_cover_each_other() -> None:
    drawing = svg.scatter([(f"name-{n}", 5.0, 5.0) for n in range(12)], str, str)
    places = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>name', drawing)
    assert len(set(places)) == 12
    for x, y in places:
        near = [other for left, other in places if left == x and abs(float(other) - float(y)) < 11]
        assert near == [y]


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (20_000_000, "20 MB"), (2_500_000, "2.5 MB"), (100, "100 B")]
)
def test_scales_have_round_numbers(value: float, shown: str) -> None:
    assert plain(scale(words("en").bytes)(value)) == shown
