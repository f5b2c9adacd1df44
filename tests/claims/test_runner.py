"""All claims of a run: what is tried, what is kept, what one format's failure does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shipways import __main__ as cli
from shipways import results
from shipways.build.dist import Dist
from shipways.claims import CLAIMS
from shipways.claims import runner as measuring
from shipways.claims.server import Stage
from shipways.errors import VerifyError
from shipways.results import ClaimRecord, FormatRecord, Results
from shipways.verify import runner

Claims = Callable[..., Results]


@pytest.fixture
def tried(found: Results, stage: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A dist with these results; formats are not really moved: `rpm` cannot be, `deb` breaks."""
    moved: list[str] = []

    def move(on: Stage) -> dict[str, Any]:
        moved.append(on.delivery.format.id)
        if moved[-1] == "rpm":
            raise VerifyError("dnf ended with status 1:\nno space")
        if moved[-1] == "deb":
            raise ValueError("never seen before")
        return {"steps": 7, "serving_s": 10.7, "data_kept": True}

    for name, measure in (("moving", move), ("density", None)):
        monkeypatch.setitem(CLAIMS, name, replace(CLAIMS[name], measure=measure))
    monkeypatch.setattr(runner, "delivered", lambda _p, wanted, *_: stage(wanted.id).delivery)
    found.project.name = "notes-app"
    results.save(found, Dist(tmp_path / "dist").results_file)
    return moved


def command(notes: Path, tmp_path: Path, *formats: str) -> int:
    places = ["--project", str(notes), "--dist", str(tmp_path / "dist")]
    return cli.main(["claims", *formats, *places])


def read(tmp_path: Path) -> dict[str, ClaimRecord]:
    found = results.load(tmp_path / "dist" / results.FILE_NAME)
    assert found
    return {claim.id: claim for claim in found.claims}


def test_one_format_s_failure_does_not_end_the_others(
    tried: list[str], notes: Path, tmp_path: Path
) -> None:
    assert command(notes, tmp_path) == 1
    assert sorted(tried) == ["deb", "docker", "rpm", "wheel"]
    known = read(tmp_path)
    assert [*known] == ["delivery", "commands", "moving", "isolation"]
    rows = known["moving"].measurement
    assert rows["rpm"] == {
        "failed": "dnf ended with status 1:",
        "log": "logs/claims/moving-rpm.log",
    }
    assert rows["deb"]["failed"] == "ValueError: never seen before"
    log = (tmp_path / "dist/logs/claims/moving-deb.log").read_text("utf-8")
    assert "Traceback" in log
    assert known["moving"].verdict == "holds"


def test_the_report_is_written_and_the_logs_are_there(
    tried: list[str], notes: Path, tmp_path: Path
) -> None:
    assert command(notes, tmp_path, "docker", "wheel") == 0
    assert tried == ["docker", "wheel"]
    page = (tmp_path / "dist/report.html").read_text("utf-8")
    assert 'href="logs/claims/isolation.log"' in page
    text = (tmp_path / "dist/report.md").read_text("utf-8")
    assert "### Moving to another server means just carrying the project over." in text
    assert "In wheel the intruder could: read other users' files, become root." in text


def test_verify_tells_anew_what_needs_no_machines(
    tried: list[str], found: Results, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command(notes, tmp_path, "docker")
    kept = results.load(tmp_path / "dist" / results.FILE_NAME)
    assert kept
    before = read(tmp_path)
    target = next(iter(kept.formats["docker"].targets.values()))
    target.first_response_s = 1234.5
    monkeypatch.setattr("shipways.verify.runner.verify", lambda *_, **__: kept)
    cli.main(["verify", "--project", str(notes), "--dist", str(tmp_path / "dist")])
    after = read(tmp_path)
    assert after["delivery"].measurement["docker"]["first_response_s"] == 1234.5
    assert after["moving"] == before["moving"]


def test_the_others_figures_stay(tried: list[str], notes: Path, tmp_path: Path) -> None:
    command(notes, tmp_path, "docker")
    command(notes, tmp_path, "wheel")
    assert tried == ["docker", "wheel"]
    assert [*read(tmp_path)["moving"].measurement] == ["wheel", "docker"]


def test_only_what_was_asked_for_makes_the_exit_code(found: Results) -> None:
    rows: Any = {"deb": {"failed": "no"}, "rpm": {"steps": 1}}
    found.claims = [ClaimRecord(id="moving", measurement=rows)]
    assert measuring.failed(found, []) == ["deb"]
    assert measuring.failed(found, ["rpm"]) == []


def test_nothing_is_built(notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(notes, tmp_path) == 2
    assert "Run: shipways build" in capsys.readouterr().err


def test_what_is_not_built_is_told(
    tried: list[str], notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(notes, tmp_path, "compose", "docker") == 0
    assert "compose: not in dist/, so not measured" in capsys.readouterr().err
    assert tried == ["docker"]


def test_an_unknown_format(notes: Path, tmp_path: Path) -> None:
    assert command(notes, tmp_path, "zip") == 2


def test_a_skipped_format_is_not_tried(
    found: Results, tried: list[str], notes: Path, tmp_path: Path
) -> None:
    found.formats["docker"] = FormatRecord(status="skipped", reason="no engine")
    results.save(found, tmp_path / "dist" / results.FILE_NAME)
    command(notes, tmp_path, "docker", "wheel")
    assert tried == ["wheel"]
