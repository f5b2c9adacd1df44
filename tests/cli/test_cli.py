"""The command line: exit codes, messages without a traceback, help worth reading."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from shipways import __main__ as cli
from shipways import results
from shipways.build import pipeline
from shipways.results import File, FormatRecord, ProjectRecord, Results


def results_with(**states: str) -> Results:
    formats = {name: FormatRecord(status=state) for name, state in states.items()}
    return Results(project=ProjectRecord(name="notes-app", version="1.2.0"), formats=formats)


@pytest.mark.parametrize("argv", [["--help"], ["build", "--help"], ["doctor", "--help"]])
def test_help(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(argv)
    assert caught.value.code == 0
    assert "usage: shipways" in capsys.readouterr().out


def test_no_pyproject(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["build", "wheel", "--project", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("shipways: There is no ")


def test_unknown_format(notes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["build", "whel", "--project", str(notes)]) == 2
    assert "There is no format 'whel'.\nFormats are: wheel" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["build", "--runs", "0"], ["build", "--builder", "x"]])
def test_wrong_use(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(argv)
    assert caught.value.code == 2


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("failed", 1), ("skipped", 3)])
def test_exit_code_of_a_build(
    notes: Path, monkeypatch: pytest.MonkeyPatch, state: str, code: int
) -> None:
    monkeypatch.setattr(pipeline, "build", lambda *_, **__: results_with(wheel=state))
    assert cli.main(["build", "wheel", "--project", str(notes)]) == code


def test_files_are_made_alike_under_every_umask(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(*_: object, **__: object) -> Results:
        (notes / "made").touch()
        return results_with(wheel="ok")

    monkeypatch.setattr(pipeline, "build", build)
    before = os.umask(0o077)
    try:
        cli.main(["build", "wheel", "--project", str(notes)])
        (notes / "later").touch()
    finally:
        os.umask(before)
    assert (notes / "made").stat().st_mode & 0o777 == 0o644
    assert (notes / "later").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (KeyboardInterrupt(), 130, "Stopped; dist/ keeps what it had."),
        (OSError(errno.ENOSPC, "full", "/x"), 1, "No space left on device at /x."),
    ],
)
def test_interrupts_and_full_disks_have_a_message(
    notes: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    says: str,
) -> None:
    def stop(*_: object, **__: object) -> Results:
        raise error

    monkeypatch.setattr(pipeline, "build", stop)
    assert cli.main(["build", "wheel", "--project", str(notes)]) == code
    assert says in capsys.readouterr().err


def test_compare_and_budget(
    notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = results_with(deb="ok")
    found.formats["deb"].artifacts = [File(path="a.deb", sha256="0" * 64, bytes=2_000_000)]
    path = tmp_path / "results.json"
    results.save(found, path)
    argv = ["compare", str(path), str(path), "--project", str(notes)]
    assert cli.main(argv) == 0
    with (notes / "pyproject.toml").open("a") as file:
        file.write("[tool.shipways.budget.deb]\nbytes = 1_000_000\n")
    assert cli.main(argv) == 1
    assert cli.main([*argv, "--markdown"]) == 1
    assert "deb" in capsys.readouterr().out
    assert cli.main(["compare", str(tmp_path / "none.json"), str(path)]) == 1


def test_report_without_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", "--dist", str(tmp_path)]) == 1
    assert "There is no" in capsys.readouterr().err


def test_a_build_over_budget(
    notes: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = results_with(deb="ok", wheel="ok")
    found.formats["deb"].artifacts = [File(path="a.deb", sha256="0" * 64, bytes=2_000_000)]
    found.formats["deb"].contents = {"django": 1_500_000}
    monkeypatch.setattr(pipeline, "build", lambda *_, **__: found)
    with (notes / "pyproject.toml").open("a") as file:
        file.write("[tool.shipways.budget.deb]\nbytes = 1_000_000\n")
    assert cli.main(["build", "deb", "--project", str(notes)]) == 1
    said = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    assert "Over budget: deb: Artifact 2.00 MB, the limit is 1.00 MB" in said
    assert "largest, unpacked: django 1.50 MB" in said
    assert cli.main(["build", "wheel", "--project", str(notes)]) == 0


def test_a_budget_for_an_unknown_format(notes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (notes / "pyproject.toml").open("a") as file:
        file.write("[tool.shipways.budget.dep]\nbytes = 1\n")
    assert cli.main(["build", "wheel", "--project", str(notes)]) == 2
    said = capsys.readouterr().err
    assert "tool.shipways.budget: there is no format 'dep'" in said
    assert "Formats are: wheel" in said
