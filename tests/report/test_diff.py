"""What changed between two runs, beyond noise; and budgets."""

from __future__ import annotations

import io
from collections.abc import Callable

import msgspec
import pytest
from rich.console import Console

from shipways.project.model import Budget
from shipways.report import compare, over_budget, show_changes, summarise, unheld
from shipways.report.columns import COLUMNS
from shipways.report.diff import Culprit, beyond_noise
from shipways.report.figure import Figure
from shipways.results import Builder, FormatRecord, Results

Make = Callable[..., Results]
MakeFormat = Callable[..., FormatRecord]
SIZE, TIME, COUNT = COLUMNS["artifact_bytes"], COLUMNS["warm_s"], COLUMNS["commands"]


def limits(table: dict[str, dict[str, int]]) -> dict[str, Budget]:
    return msgspec.convert(table, dict[str, Budget])


@pytest.mark.parametrize(
    ("column", "old", "new", "beyond"),
    [
        (SIZE, Figure(1_000_000), Figure(1_000_900), False),
        (SIZE, Figure(1_000_000), Figure(1_002_000), True),
        (SIZE, Figure(0), Figure(1), True),
        (COUNT, Figure(1), Figure(2), True),
        (COUNT, Figure(0), Figure(0), False),
        (TIME, Figure(1.0), Figure(1.2), False),
        (TIME, Figure(1.0), Figure(1.3), True),
        (TIME, Figure(1.0, (0.9, 1.1)), Figure(1.2, (1.15, 1.3)), True),
        (TIME, Figure(1.0, (0.9, 1.2)), Figure(1.2, (1.15, 1.3)), False),
        (TIME, Figure(1.0, (0.999, 1.001)), Figure(1.02, (1.019, 1.021)), False),
        (TIME, Figure(2.0, (1.9, 2.1)), Figure(1.0, (0.9, 1.1)), True),
    ],
)
def test_noise(column: object, old: Figure, new: Figure, beyond: bool) -> None:
    assert beyond_noise(column, old, new) is beyond  # type: ignore[arg-type]


def runs(make_results: Make, make_format: MakeFormat) -> tuple[Results, Results]:
    old = make_results(
        a=make_format(1_000_000, [1.0, 1.1, 1.2]), b=make_format(5), gone=make_format(5)
    )
    new = make_results(
        a=make_format(1_500_000, [2.0, 2.1, 2.2]), b=make_format(4), come=make_format(5)
    )
    old.formats["a"].contents = {"app": 10, "django": 100}
    new.formats["a"].contents = {"app": 10, "django": 400, "pandas": 900}
    old.formats["a"].build.reproducible = True
    new.formats["a"].build.reproducible = False
    return old, new


def test_the_worst_comes_first(make_results: Make, make_format: MakeFormat) -> None:
    found = compare(*runs(make_results, make_format))
    assert [(change.format, change.column.key, change.worse) for change in found.changes] == [
        ("a", "reproducible", True),
        ("a", "warm_s", True),
        ("a", "artifact_bytes", True),
        ("b", "artifact_bytes", False),
    ]
    assert len(found.worse) == 3
    assert found.changes[2].culprits == (Culprit("pandas", 900), Culprit("django", 300))
    assert (found.appeared, found.vanished) == (("come",), ("gone",))


def test_the_same_run_has_no_changes(golden: Callable[[str], Results]) -> None:
    found = compare(golden("all"), golden("all"))
    assert not found.changes
    assert found.steady > 50
    assert "did not change beyond noise" in summarise(golden("all"), golden("all"))


def test_formats_that_broke_or_were_mended(make_results: Make, make_format: MakeFormat) -> None:
    bad = FormatRecord(status="failed")
    found = compare(make_results(a=make_format(1), b=bad), make_results(a=bad, b=make_format(1)))
    assert (found.broke, found.mended) == (("a",), ("b",))


def test_times_of_another_machine_are_left_out(make_results: Make, make_format: MakeFormat) -> None:
    old, new = runs(make_results, make_format)
    new.host.cpus = 64
    assert "warm_s" not in [change.column.key for change in compare(old, new).changes]
    assert "different machines" in summarise(old, new)


def test_a_figure_from_zero_has_no_ratio(make_results: Make, make_format: MakeFormat) -> None:
    (change,) = compare(make_results(a=make_format(0)), make_results(a=make_format(7))).changes
    assert change.ratio is None
    assert change.worse


def test_over_budget_names_the_largest_parts(make_results: Make, make_format: MakeFormat) -> None:
    _old, new = runs(make_results, make_format)
    budget = limits({"a": {"bytes": 10, "seconds": 99}, "b": {"bytes": 4}, "absent": {"bytes": 1}})
    (overrun,) = over_budget(new, budget)
    assert (overrun.format, overrun.value, overrun.limit, overrun.grew) == (
        "a",
        1_500_000,
        10,
        False,
    )
    assert overrun.culprits[0] == Culprit("pandas", 900)


def test_with_an_earlier_run_it_names_what_grew(
    make_results: Make, make_format: MakeFormat
) -> None:
    old, new = runs(make_results, make_format)
    (overrun,) = over_budget(new, limits({"a": {"bytes": 10}}), old)
    assert overrun.grew
    assert overrun.culprits[1] == Culprit("django", 300)


def test_what_was_not_measured_is_in_budget(make_results: Make, make_format: MakeFormat) -> None:
    assert not over_budget(make_results(a=make_format()), limits({"a": {"bytes": 1, "seconds": 1}}))


def test_the_summary(make_results: Make, make_format: MakeFormat) -> None:
    old, new = runs(make_results, make_format)
    old.project.commit = "0123456789abcdef"
    text = summarise(old, new, limits({"a": {"bytes": 1_200_000, "seconds": 2}})).replace(
        "\xa0", " "
    )
    assert text == (
        "### Since 0123456789ab\n\n"
        "Over budget:\n\n"
        "- **a**: Artifact 1.50 MB, the limit is 1.20 MB; "
        "grew, unpacked: pandas 900 B, django 300 B\n"
        "- **a**: Build, warm 2.10 s, the limit is 2.00 s\n\n"
        "| Format | Figure | Before | Now | Change |\n"
        "| --- | --- | ---: | ---: | --- |\n"
        "| **a** | Same bytes twice | yes | no | worse |\n"
        "| **a** | Build, warm | 1.10 s | 2.10 s | worse, +91 % |\n"
        "| **a** | Artifact | 1.00 MB | 1.50 MB | worse, +50 %: pandas 900 B, django 300 B |\n"
        "| **b** | Artifact | 5 B | 4 B | better, −20 % |\n\n"
        "- 0 other figures did not change beyond noise.\n"
        "- New: come.\n"
        "- Not there any more: gone.\n"
    )


def test_a_long_summary_is_cut(make_results: Make, make_format: MakeFormat) -> None:
    old = make_results(**{f"f{place}": make_format(100) for place in range(20)})
    new = make_results(**{f"f{place}": make_format(200) for place in range(20)})
    text = summarise(old, new)
    assert "8 more changes." in text
    assert len(text.splitlines()) < 25


def test_changes_in_the_terminal(make_results: Make, make_format: MakeFormat) -> None:
    old, new = runs(make_results, make_format)
    console = Console(width=120, record=True, file=io.StringIO())
    show_changes(old, new, console, limits({"a": {"bytes": 10}}))
    text = console.export_text()
    assert "worse, +50" in text
    assert "Over budget: a: Artifact" in text


def test_parts_that_were_not_known_before_did_not_grow(
    make_results: Make, make_format: MakeFormat
) -> None:
    old, new = runs(make_results, make_format)
    old.formats["a"].contents = {}
    changes = [one for one in compare(old, new).changes if one.column.key == "artifact_bytes"]
    assert not any(change.culprits for change in changes)


def test_a_format_that_shrank_is_over_budget_by_what_is_largest(
    make_results: Make, make_format: MakeFormat
) -> None:
    new, old = runs(make_results, make_format)
    old.formats["a"].contents = {"app": 5, "django": 400, "pandas": 900}
    new.formats["a"].contents = {"app": 10, "django": 400}
    (overrun,) = over_budget(new, limits({"a": {"bytes": 10}}), old)
    assert (overrun.grew, overrun.culprits[0]) == (False, Culprit("django", 400))


def test_times_measured_once_say_so(make_results: Make, make_format: MakeFormat) -> None:
    old, new = make_results(a=make_format(1, [1.0])), make_results(a=make_format(1, [2.0]))
    assert "worse, +100\N{NO-BREAK SPACE}%, measured once" in summarise(old, new)
    old, new = runs(make_results, make_format)
    assert "measured once" not in summarise(old, new)


def test_limits_hold_for_what_is_released(make_results: Make, make_format: MakeFormat) -> None:
    """Built with --compression fast, a format is not held to limits made for small ones."""
    _old, new = runs(make_results, make_format)
    budget = limits({"a": {"bytes": 10}})
    assert over_budget(new, budget)
    assert unheld(new, budget) == []
    new.formats["a"].builder = Builder(tool="nfpm", compression="fast: zstd")
    assert over_budget(new, budget) == []
    assert unheld(new, budget) == ["a"]
    new.formats["a"].builder = Builder(tool="nfpm", compression="small: xz -9e")
    assert over_budget(new, budget)
