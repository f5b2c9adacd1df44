"""The image's bases side by side: the table, and what speaks for the default."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from shipways.report.i18n import words
from shipways.report.image_bases import BasesView, bases_views
from shipways.results import BaseRecord, FormatRecord, Results

MakeResults = Callable[..., Results]
MakeFormat = Callable[..., FormatRecord]
MINIMAL = BaseRecord(
    status="ok",
    platform="Debian 13, Python only",
    default=True,
    artifact_bytes=20_000_000,
    disk_bytes=60_000_000,
    files=4000,
    packages=31,
    shell=False,
    package_manager=False,
    pip=False,
    setuid_files=0,
    first_response_s=1.5,
    cpu_s=1.0,
    update_bytes=80_000,
)


def changed(**values: Any) -> BaseRecord:
    return msgspec.structs.replace(MINIMAL, **{"default": False, **values})


@pytest.fixture
def view(make_results: MakeResults, make_format: MakeFormat) -> Callable[..., BasesView]:
    """Renders some bases of the format docker."""

    def make(language: str = "en", **bases: BaseRecord) -> BasesView:
        record = make_format(1)
        record.bases = {name.replace("_", "-"): base for name, base in bases.items()}
        (found,) = bases_views(make_results(docker=record), words(language))
        told = [text.replace("\N{NO-BREAK SPACE}", " ") for text in found.sentences]
        return dataclasses.replace(found, sentences=tuple(told))

    return make


View = Callable[..., BasesView]


def test_no_comparison_no_section(make_results: MakeResults, make_format: MakeFormat) -> None:
    assert not [*bases_views(make_results(docker=make_format(1)), words("en"))]


def test_the_default_is_argued_by_its_figures(view: View) -> None:
    debian = changed(
        artifact_bytes=74_000_000, packages=102, shell=True, package_manager=True, setuid_files=11
    )
    found = view(minimal=MINIMAL, debian=debian)
    assert found.sentences == (
        "minimal is the default: 20.0 MB to send, 31 packages, no shell, no package manager, "
        "no pip, no setuid file.",
        "debian: 74.0 MB to send, 3.70 times as much, 102 packages, a shell, a package manager, "
        "11 setuid files.",
    )
    assert [row[0] for row in found.rows] == ["minimal", "debian"]
    assert all(len(row) == len(found.heads) for row in found.rows)


def test_a_default_that_is_not_the_smallest_is_told_so(view: View) -> None:
    debian = changed(default=True, artifact_bytes=40_000_000, shell=True)
    first, second = view(minimal=changed(), debian=debian).sentences
    assert first.startswith("debian is the default: 40.0 MB to send, 31 packages, no package man")
    assert second == "minimal: 20.0 MB to send, 50 % less, 31 packages."


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (2.5, "Bytecode adds 8.00 MB and saves 1.00 s until the first response."),
        (1.4, "Bytecode adds 8.00 MB, and the first response comes no sooner."),
        (None, "Bytecode adds 8.00 MB, and the first response comes no sooner."),
    ],
)
def test_what_bytecode_costs_and_gives(view: View, seconds: float | None, told: str) -> None:
    without = changed(artifact_bytes=12_000_000, first_response_s=seconds)
    found = view(minimal=MINIMAL, minimal_no_bytecode=without)
    assert found.sentences[1:] == (told,)


def test_a_base_that_could_not_be_had_says_why(view: View) -> None:
    python = BaseRecord(status="skipped", reason="It cannot be pulled.\nAnother would do.")
    found = view(minimal=MINIMAL, python=python)
    assert found.sentences[-1] == "python skipped: It cannot be pulled."
    assert [row[0] for row in found.rows] == ["minimal"]


def test_nothing_measured_is_said_so(view: View) -> None:
    (row,) = view(minimal=BaseRecord(status="ok", default=True)).rows
    assert set(row[2:]) == {"not measured"}


def test_in_russian(view: View) -> None:
    found = view("ru", minimal=MINIMAL, debian=changed(packages=102, shell=True))
    assert found.heads[0] == "Основа"
    assert found.sentences[1].endswith("102 пакета, командная оболочка.")
