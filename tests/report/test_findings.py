"""What is said at the top of a report, word for word."""

from __future__ import annotations

from collections.abc import Callable

from shipways.report.findings import find
from shipways.report.findings_text import findings, problem_sentence
from shipways.report.i18n import words
from shipways.report.overview import overview
from shipways.report.terminal import PlainInk
from shipways.results import FormatRecord, Lint, Results, TargetRecord

Make = Callable[..., Results]
MakeFormat = Callable[..., FormatRecord]


def told(results: Results, language: str = "en") -> dict[str, str]:
    speech = words(language)
    found = find(overview(results))
    return {
        kind: text.replace("\xa0", " ")
        for kind, _title, text in findings(found, speech, PlainInk())
    }


def problems(results: Results) -> list[str]:
    found = find(overview(results))
    return [problem_sentence(each, words("en"), PlainInk()) for each in found.problems]


def test_a_lead_names_the_next_and_the_last(make_results: Make, make_format: MakeFormat) -> None:
    results = make_results(
        small=make_format(1_000_000), large=make_format(9_000_000), medium=make_format(1_500_000)
    )
    assert told(results)["artifact_bytes"] == (
        "small with 1.00 MB. Next is medium with 1.50 MB, 50 % more; "
        "last is large with 9.00 MB, 9.00 times as much. "
        "This is the file alone, without what a target still has to fetch."
    )


def test_in_russian(make_results: Make, make_format: MakeFormat) -> None:
    results = make_results(
        small=make_format(1_000_000, commands=("a",)),
        large=make_format(9_000_000, commands=("a",)),
        huge=make_format(321_000_000, commands=("a", "b", "c", "d", "e")),
    )
    said = told(results, "ru")
    assert said["artifact_bytes"] == (
        "small: 1,00 МБ. Следом large: 9,00 МБ, больше в 9,00 раза; "
        "последний huge: 321 МБ, больше в 321 раз. "
        "Это только сам файл, без того, что целевой машине ещё придётся получить."
    )
    assert said["commands"] == (
        "small и large: у каждого 1 команда. Следом huge: 5 команд, на 4 больше."
    )


def test_equal_winners_share_the_lead(make_results: Make, make_format: MakeFormat) -> None:
    results = make_results(
        a=make_format(commands=("one",)),
        b=make_format(commands=("one",)),
        c=make_format(commands=("one", "two")),
    )
    assert told(results)["commands"] == (
        "a and b, each with 1 command. Next is c with 2 commands, 1 more."
    )


def test_a_lead_beyond_the_spread(make_results: Make, make_format: MakeFormat) -> None:
    results = make_results(a=make_format(runs=[1.0, 1.1, 1.2]), b=make_format(runs=[2.0, 2.2, 2.3]))
    assert told(results)["warm_s"] == (
        "a with 1.10 s (median of 3 runs, 1.00–1.20 s). Next is b with 2.20 s, 2.00 times as much. "
        "That lead is larger than the spread of the measurements."
    )


def test_a_lead_within_the_spread(make_results: Make, make_format: MakeFormat) -> None:
    results = make_results(a=make_format(runs=[1.0, 1.1, 1.9]), b=make_format(runs=[1.1, 1.2, 1.3]))
    assert "within the spread" in told(results)["warm_s"]


def test_a_single_run_knows_no_spread(make_results: Make, make_format: MakeFormat) -> None:
    results = make_results(a=make_format(runs=[1.0]), b=make_format(runs=[1.1, 1.2]))
    assert told(results)["warm_s"].endswith("Not measured often enough to know the spread.")


def test_the_only_one_leads_nobody(make_results: Make, make_format: MakeFormat) -> None:
    said = told(make_results(a=make_format(10), b=make_format()))
    assert said["artifact_bytes"].startswith("a with 10 B; no other format was measured.")


def test_different_systems_are_named(make_results: Make, make_format: MakeFormat) -> None:
    results = make_results(
        a=make_format(t13=TargetRecord(status="ok", transfer_bytes=10)),
        b=make_format(t43=TargetRecord(status="ok", transfer_bytes=20)),
    )
    assert "Not on the same system: a on t13, b on t43." in told(results)["transfer_bytes"]


def test_properties_split_the_formats(make_results: Make, make_format: MakeFormat) -> None:
    def tried(**fields: object) -> FormatRecord:
        return make_format(t=TargetRecord(status="ok", **fields))  # type: ignore[arg-type]

    results = make_results(a=tried(offline=True), b=tried(offline=False), c=tried(), d=tried())
    assert told(results)["offline"] == "a. Not so: b. Not measured: c and d."


def test_how_far_from_clean(make_results: Make, make_format: MakeFormat) -> None:
    left = TargetRecord(status="ok", lifecycle={"purge": True}, residue_files=2, residue_bytes=2048)
    record = make_format(t=left)
    record.lint = [Lint(tool="rpmlint", warnings=1)]
    said = told(make_results(a=record))
    assert said["removal"] == "Not so: a (2 files, 2.05 kB)."
    assert said["lint"] == "Not so: a (1 finding)."


def test_a_failed_purge_is_told_without_figures(
    make_results: Make, make_format: MakeFormat
) -> None:
    results = make_results(a=make_format(t=TargetRecord(status="ok", lifecycle={"purge": False})))
    assert told(results)["removal"] == "Not so: a."


def test_what_is_missing_is_told(golden: Callable[[str], Results]) -> None:
    assert problems(golden("failed")) == [
        "git failed: the commit has no tag",
        "deb on ubuntu-24.04 failed: python3-whitenoise is older than 6.5",
    ]


def test_a_missing_reason_is_told(make_results: Make) -> None:
    assert problems(make_results(a=FormatRecord(status="skipped"))) == [
        "a skipped: no reason was recorded"
    ]


def test_nothing_measured_finds_nothing(make_results: Make, make_format: MakeFormat) -> None:
    assert told(make_results(a=make_format())) == {}


def test_those_that_were_not_measured_are_named(
    make_results: Make, make_format: MakeFormat
) -> None:
    results = make_results(a=make_format(10, [1.0]), b=make_format(20), c=make_format(30, [2.0]))
    assert told(results)["warm_s"].endswith(" Not measured: b.")
    assert "Not measured" not in told(results)["artifact_bytes"]
