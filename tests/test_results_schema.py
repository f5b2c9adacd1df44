"""The published schema is the structures' own, and every results file keeps to it."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator

from shipways import results_schema
from shipways.results import FormatRecord, ProjectRecord, Results, TargetRecord, save

GOLDEN = sorted((Path(__file__).parent / "report" / "golden").glob("*.json"))
PUBLISHED = json.loads(results_schema.PATH.read_text("utf-8"))


def test_the_schema_is_current() -> None:
    assert json.loads(msgspec.json.encode(results_schema.schema())) == PUBLISHED, (
        "run python -m shipways.results_schema"
    )


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(PUBLISHED)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_results_keep_to_it(path: Path) -> None:
    Draft202012Validator(PUBLISHED).validate(json.loads(path.read_text("utf-8")))


def test_what_is_saved_keeps_to_it(tmp_path: Path) -> None:
    results = Results(
        project=ProjectRecord(name="notes", version="1"),
        formats={"deb": FormatRecord(status="ok", targets={"x": TargetRecord(status="ok")})},
    )
    save(results, tmp_path / "results.json")
    Draft202012Validator(PUBLISHED).validate(json.loads((tmp_path / "results.json").read_text()))


def test_a_wrong_file_does_not() -> None:
    assert list(Draft202012Validator(PUBLISHED).iter_errors({"formats": {"deb": {"status": 1}}}))
