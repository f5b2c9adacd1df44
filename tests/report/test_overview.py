"""Which targets stand for a format, and which figures are best and worst."""

from __future__ import annotations

from collections.abc import Callable

from shipways.report.figure import Figure
from shipways.report.overview import BEST, WORST, extremes, overview
from shipways.results import FormatRecord, Results, TargetRecord, reference_targets

Make = Callable[..., Results]
MakeFormat = Callable[..., FormatRecord]


def test_the_target_that_most_formats_passed_stands_for_each(
    make_results: Make, make_format: MakeFormat
) -> None:
    ok, failed = TargetRecord(status="ok"), TargetRecord(status="failed")
    results = make_results(
        a=make_format(rare=ok, common=ok),
        b=make_format(common=ok),
        c=make_format(common=failed, rare=ok),
        d=make_format(),
        e=make_format(common=ok),
    )
    assert reference_targets(results) == {
        "a": "common",
        "b": "common",
        "c": "rare",
        "d": "",
        "e": "common",
    }


def test_columns_of_installs_appear_with_the_first_target(
    make_results: Make, make_format: MakeFormat
) -> None:
    without = overview(make_results(a=make_format(1)))
    assert not any(column.installed for column in without.columns)
    assert any(
        c.installed
        for c in overview(make_results(a=make_format(t=TargetRecord(status="ok")))).columns
    )


def test_best_and_worst() -> None:
    assert extremes({"a": Figure(1), "b": Figure(2), "c": Figure(3)}) == {"a": BEST, "c": WORST}


def test_what_the_runs_cannot_tell_apart_is_equal() -> None:
    figures = {
        "a": Figure(1.0, (0.9, 1.0, 1.3)),
        "b": Figure(1.2, (1.1, 1.2, 1.3)),
        "c": Figure(5.0, (4.9, 5.0, 5.1)),
        "d": Figure(3.0, (2.9, 3.0, 3.1)),
    }
    assert extremes(figures) == {"a": BEST, "b": BEST, "c": WORST}


def test_a_mark_that_most_would_bear_is_left_out() -> None:
    assert extremes({"a": Figure(1), "b": Figure(1), "c": Figure(3)}) == {"c": WORST}


def test_equal_figures_have_no_best() -> None:
    assert extremes({"a": Figure(1), "b": Figure(1)}) == {}


def test_one_figure_has_no_best() -> None:
    assert extremes({"a": Figure(1), "b": Figure()}) == {}


def test_only_built_formats_are_ranked(make_results: Make, make_format: MakeFormat) -> None:
    broken = make_format(1)
    broken.status = "failed"
    view = overview(make_results(a=make_format(5), b=make_format(9), c=broken))
    assert view.row("a").marks["artifact_bytes"] == BEST
    assert not view.row("c").marks


def test_names_become_safe_anchors(make_results: Make, make_format: MakeFormat) -> None:
    results = make_results(deb_bundled=make_format(1))
    results.formats['"><b>'] = make_format(2)
    assert [row.anchor for row in overview(results).rows] == ["deb-bundled", "format_1"]


def test_control_and_direction_characters_are_replaced(
    make_results: Make, make_format: MakeFormat
) -> None:
    results = make_results(a=make_format(1, commands=("rm \x1b[2K \u202e x",)))
    assert overview(results).results.formats["a"].steps[0].command == "rm \ufffd[2K \ufffd x"
