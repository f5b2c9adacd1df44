"""Figures are read as they were measured; what was not is absent. One more column is one row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from shipways import report
from shipways.report.columns import COLUMNS, by_place
from shipways.report.columns.base import Column, Superlative
from shipways.report.figure import Figure, Seen, Source
from shipways.results import (
    Builder,
    BuildFigures,
    File,
    FormatRecord,
    Lint,
    Results,
    StepRecord,
    StepResult,
    TargetRecord,
)


def read(key: str, record: FormatRecord, name: str = "") -> Figure:
    return COLUMNS[key].read(Seen(record, name, record.targets.get(name)))


def on(**fields: Any) -> FormatRecord:
    target = TargetRecord(**{"status": "ok", **fields})
    return FormatRecord(status="ok", targets={"debian-13": target})


@pytest.mark.parametrize("column", COLUMNS.values(), ids=lambda column: column.key)
def test_nothing_measured_is_absent(column: Any) -> None:
    figure = column.read(Seen(FormatRecord(status="failed")))
    assert figure.value is None
    assert not figure.text


@pytest.mark.parametrize("column", COLUMNS.values(), ids=lambda column: column.key)
def test_an_empty_target_is_absent(column: Any) -> None:
    record = on()
    figure = column.read(Seen(record, "debian-13", record.targets["debian-13"]))
    assert figure.value is None or column.key == "passed"


def test_the_first_artifact_is_the_one_delivered() -> None:
    record = FormatRecord(
        status="ok",
        builder=Builder(tool="build", version="1.2"),
        artifacts=[
            File(path="a.whl", sha256="1", bytes=10),
            File(path="a.tar.gz", sha256="2", bytes=99),
        ],
    )
    figure = read("artifact_bytes", record)
    assert figure.value == 10
    assert figure.source.files == (("a.whl", "1"), ("a.tar.gz", "2"))
    assert figure.source.tool == "build 1.2"


def test_a_format_without_a_file_offers_none() -> None:
    assert not read("artifact_bytes", FormatRecord(status="ok")).offered
    assert read("artifact_bytes", FormatRecord(status="failed")).offered


def test_a_missing_median_is_made_from_its_runs() -> None:
    build = BuildFigures(runs=[3.0, 1.0, 2.0], command="make", log="logs/a.log")
    figure = read("warm_s", FormatRecord(status="ok", build=build))
    assert (figure.value, figure.low, figure.high) == (2.0, 1.0, 3.0)
    assert figure.source.commands == ("make",)
    assert figure.source.logs == ("logs/a.log",)


def test_without_runs_the_spread_is_the_value() -> None:
    figure = Figure(4.0)
    assert (figure.low, figure.high) == (4.0, 4.0)


def test_linters_add_up() -> None:
    lint = [Lint(tool="lintian", errors=1, warnings=2, log="l"), Lint(tool="x", version="1")]
    figure = read("lint", FormatRecord(status="ok", lint=lint))
    assert figure.value == 3
    assert figure.source.tool == "lintian, x 1"


def test_commands_are_those_of_install_and_start() -> None:
    phases = ("prerequisite", "install", "start", "remove")
    steps = [StepRecord(phase=phase, command=phase) for phase in phases]
    assert read("commands", FormatRecord(status="ok", steps=steps)).value == 2


def test_commands_counted_on_the_target_come_first() -> None:
    assert read("commands", on(commands=5), "debian-13").value == 5


def test_figures_of_a_failed_target_do_not_count() -> None:
    record = on(status="failed", install_s=3.0, user="app")
    assert read("install_s", record, "debian-13").value is None


def test_figures_count_where_only_a_later_phase_failed() -> None:
    record = on(status="failed", install_s=3.0, lifecycle={"install": True, "purge": False})
    assert read("install_s", record, "debian-13").value == 3


def test_commands_typed_again_later_are_not_the_install() -> None:
    def step(phase: str, command: str, log: str) -> StepResult:
        return StepResult(phase=phase, command=command, seconds=1, ok=True, log=f"logs/{log}.log")

    steps = [
        step("prerequisite", "update", "install"),
        step("install", "get", "install"),
        step("start", "run", "install"),
        step("start", "run", "persist"),
        step("upgrade", "get newer", "upgrade"),
        step("upgrade", "get broken", "broken_upgrade"),
        step("install", "get", "remove"),
    ]
    record = on(steps=steps, idle_mib=1, lifecycle={"upgrade": True})
    assert read("idle_mib", record, "debian-13").source.commands == ("get", "run")
    assert read("upgrade", record, "debian-13").source.commands == ("get newer",)
    assert read("upgrade", record, "debian-13").source.logs == ("logs/upgrade.log",)


def test_a_target_figure_knows_its_commands_and_logs() -> None:
    steps = [
        StepResult(phase="prerequisite", command="first", seconds=1, ok=True, log="logs/0"),
        StepResult(phase="install", command="second", seconds=1, ok=True, log="logs/1"),
        StepResult(phase="start", command="third", seconds=1, ok=True, log="logs/1"),
    ]
    figure = read("install_s", on(install_s=2.0, install_runs=[1.9, 2.1], steps=steps), "debian-13")
    assert figure.runs == (1.9, 2.1)
    assert figure.source.commands == ("second", "third")
    assert figure.source.logs == ("logs/1", "logs/install-2.log")
    assert figure.source.target == "debian-13"


def test_flags_are_numbers() -> None:
    assert read("offline", on(offline=True), "debian-13").value == 1
    assert read("offline", on(offline=False), "debian-13").value == 0


def test_one_failed_phase_anywhere_is_a_failure() -> None:
    record = FormatRecord(
        status="ok",
        targets={
            "good": TargetRecord(status="ok", lifecycle={"rollback": True}),
            "bad": TargetRecord(
                status="ok", lifecycle={"rollback": False}, notes={"rollback": "old file left"}
            ),
        },
    )
    figure = read("rollback", record, "good")
    assert figure.value == 0
    assert figure.source.target == "bad"
    assert figure.source.notes == ("old file left",)


def test_a_phase_that_is_not_offered_is_no_failure() -> None:
    figure = read("rollback", on(lifecycle={"rollback": "not offered"}), "debian-13")
    assert figure.value is None
    assert not figure.offered


def test_what_stays_behind_is_no_clean_removal() -> None:
    lifecycle: dict[str, bool | str] = {"remove": True, "purge": True}
    assert read("removal", on(lifecycle=lifecycle), "debian-13").value == 1
    figure = read("removal", on(lifecycle=lifecycle, residue_files=2, residue_bytes=9), "debian-13")
    assert (figure.value, figure.left) == (0, (2, 9))


def test_skipped_targets_were_not_tried() -> None:
    record = FormatRecord(
        status="ok",
        targets={
            name: TargetRecord(status=status)
            for name, status in (("a", "ok"), ("b", "failed"), ("c", "skipped"))
        },
    )
    assert read("passed", record).text == "1/2"


def test_targets_are_told_with_how_it_went_there() -> None:
    record = FormatRecord(
        status="ok", targets={"a": TargetRecord(status="ok"), "b": TargetRecord(status="failed")}
    )
    assert read("passed", record).source.results == (("a", "ok"), ("b", "failed"))


def test_a_link_has_no_build_to_measure() -> None:
    link = FormatRecord(status="ok", builder=Builder(tool="git"))
    for key in ("artifact_bytes", "cold_s", "warm_s", "peak_mib", "reproducible", "lint"):
        assert not read(key, link).offered, key
    unmeasured = FormatRecord(status="ok", artifacts=[File(path="a", sha256="1", bytes=1)])
    for key in ("cold_s", "warm_s", "peak_mib", "reproducible", "lint"):
        assert read(key, unmeasured).offered, key


def told(figure: Figure) -> list[tuple[str, float]]:
    return [(detail.message, detail.value) for detail in figure.details]


def test_figures_beside_the_figure() -> None:
    build = BuildFigures(warm_s=3.0, tool_s=2.5, cpu_s=2.0)
    lints = [Lint(tool="a", overridden=2), Lint(tool="b", overridden=1)]
    step = StepRecord(phase="prerequisite", command="first")
    record = FormatRecord(
        status="ok",
        artifacts=[File(path="a", sha256="1", bytes=1, installed_bytes=9)],
        build=build,
        lint=lints,
        steps=[step, StepRecord(phase="install", command="second")],
    )
    assert told(read("artifact_bytes", record)) == [("unpacked: %(value)s", 9)]
    assert told(read("warm_s", record)) == [
        ("in the underlying tools: %(value)s", 2.5),
        ("processor time: %(value)s", 2.0),
    ]
    assert told(read("lint", record)) == [("overridden, with a reason: %(value)s", 3)]
    assert told(read("commands", record)) == [("prerequisites: %(value)s", 1)]


def test_a_linter_that_did_not_run_found_nothing_out() -> None:
    skipped = Lint(tool="lintian", skipped="lintian is not installed")
    assert read("lint", FormatRecord(status="ok", lint=[skipped])).value is None
    both = FormatRecord(status="ok", lint=[skipped, Lint(tool="twine", warnings=1)])
    assert read("lint", both).value == 1
    assert read("lint", both).source.tool == "twine"


def test_phases_with_a_log_of_their_own() -> None:
    step = StepResult(phase="install", command="i", seconds=1, ok=True, log="logs/deb/install.log")
    notes = {"offline": "4 s to the first response", "serve": "user notes"}
    record = on(offline=True, exposure=1.1, user="notes", steps=[step], notes=notes)
    offline = read("offline", record, "debian-13").source
    assert (offline.logs, offline.notes) == (("logs/deb/offline.log",), (notes["offline"],))
    assert read("exposure", record, "debian-13").source.logs == ("logs/deb/hardening.log",)
    assert read("user", record, "debian-13").source.notes == (notes["serve"],)


def test_only_a_unit_has_an_exposure() -> None:
    container = on(lifecycle={"hardening": True})
    assert not read("exposure", container, "debian-13").offered
    assert read("exposure", on(), "debian-13").offered


def test_a_phase_that_was_not_tried_says_nothing() -> None:
    lifecycle: dict[str, bool | str] = {"remove": True, "purge": "not offered"}
    steps = [
        StepResult(phase="remove", command="rm", seconds=1, ok=True, log="logs/remove.log"),
        StepResult(phase="remove", command="rm", seconds=1, ok=True, log="logs/residue.log"),
    ]
    notes = {"remove": "the data stays", "purge": "not offered"}
    found = read("removal", on(lifecycle=lifecycle, notes=notes, steps=steps), "debian-13").source
    assert found.notes == ("the data stays",)
    assert found.commands == ("rm",)
    assert found.logs == ("logs/remove.log", "logs/residue.log")


BOXES = Column(
    "boxes",
    "Boxes",
    "count",
    lambda seen: Figure(
        float(len(seen.record.title)), source=Source(("count boxes",), tool="crane 3")
    ),
    "how many it is delivered in",
    better="less",
    brief=True,
    noun=("%(number)s box", "%(number)s boxes"),
    on_target=lambda target: 77777.0,
    lead=Superlative(99, "Fewest boxes"),
    wish=Superlative(99, "the fewest boxes"),
)


@pytest.fixture
def boxes(monkeypatch: pytest.MonkeyPatch) -> Column:
    """A made-up column, registered: a row of the table, and nothing else."""
    monkeypatch.setitem(COLUMNS, BOXES.key, BOXES)
    return BOXES


@pytest.fixture
def two(golden: Callable[[str], Results]) -> Results:
    """A run of several formats; their titles differ in length."""
    results = golden("all")
    assert len({len(record.title) for record in results.formats.values()}) > 1
    return results


def in_terminal(show: Callable[[Console], None]) -> str:
    console = Console(file=StringIO(), width=300)
    show(console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_made_up_column_is_in_every_report(boxes: Column, two: Results, tmp_path: Path) -> None:
    markdown, page = (path.read_text("utf-8") for path in report.render(two, tmp_path))
    text = in_terminal(lambda console: report.show(two, console))
    least = min(len(record.title) for record in two.formats.values() if record.status == "ok")
    for told in (markdown, page, text):
        assert boxes.title in told
        assert "Fewest boxes" in told
        assert f"{least} boxes" in told
    assert '<th scope="col" data-key="boxes" title="how many it is delivered in">' in page
    assert "count boxes" in page
    assert "by crane 3" in page
    assert ">the fewest boxes</option>" in page
    assert "77,777" in page


def test_a_made_up_column_is_compared_between_runs(boxes: Column, two: Results) -> None:
    name, record = next(
        (name, record) for name, record in two.formats.items() if record.status == "ok"
    )
    longer = msgspec.structs.replace(record, title=record.title * 2)
    new = msgspec.structs.replace(two, formats={**two.formats, name: longer})
    told = report.summarise(two, new)
    size = len(record.title)
    assert f"| **{name}** | Boxes | {size} | {2 * size} | worse, +100" in told
    shown = in_terminal(lambda console: report.show_changes(two, new, console))
    assert "Boxes" in shown


@pytest.mark.parametrize(("better", "worse"), [("less", "worse"), ("more", "better"), ("", "")])
def test_what_is_better_says_what_is_worse(
    better: Any, worse: str, two: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown = iter([1.0] * len(two.formats) + [2.0] * len(two.formats))
    column = replace(BOXES, better=better, read=lambda seen: Figure(next(grown)))
    monkeypatch.setitem(COLUMNS, column.key, column)
    changes = report.compare(two, two).changes
    assert all(change.column is column for change in changes)
    assert bool(changes) == bool(better)
    assert {"worse" if change.worse else "better" for change in changes} <= {worse}


def test_superlatives_are_told_in_their_order() -> None:
    told = [column.key for column in by_place(lambda column: column.wish)]
    assert told[:2] == ["commands", "transfer_bytes"]
    for places in (
        [column.lead.place for column in COLUMNS.values() if column.lead],
        [column.wish.place for column in COLUMNS.values() if column.wish],
    ):
        assert sorted(places) == list(range(1, len(places) + 1))
