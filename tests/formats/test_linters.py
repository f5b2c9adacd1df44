"""Findings are counted from what linters print; a linter that is not here is said, not hidden."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipways.formats import linters
from shipways.util.command import Completed


def printed(text: str, status: int = 0) -> Completed:
    return Completed(("tool",), status, text, 0.1, 0.1, 1.0)


@pytest.mark.parametrize(
    ("tool", "text", "found"),
    [
        ("lintian", "E: x: bad\nW: x: poor\nO: x: known\nI: x: note\nN:   E: no\n", (1, 1, 1)),
        ("rpmlint", "x.noarch: E: bad\nx.noarch: W: poor\n(none): W: set-up\n", (1, 1, 0)),
        ("shellcheck", "a:1:2: error: x\na:2:1: warning: y\na:3:1: note: z\n", (1, 2, 0)),
        ("systemd-analyze", "", (0, 0, 0)),
        ("systemd-analyze", "x.service:3: Unknown key\n", (0, 1, 0)),
        ("check-wheel-contents", "x.whl: W002: Wheel contains duplicate files\n", (1, 0, 0)),
        ("twine", "Checking x: PASSED\n", (0, 0, 0)),
        ("twine", "Checking x: FAILED due to warnings\nWARNING  no description\n", (1, 1, 0)),
        ("hadolint", "D:1 DL3006 warning: tag\nD:2 DL3008 error: pin\n", (1, 1, 0)),
        ("other", "An error.\nA warning.\n", (1, 1, 0)),
    ],
)
def test_findings_are_counted(tool: str, text: str, found: tuple[int, int, int]) -> None:
    lint = linters.count(tool, printed(text))
    assert (lint.errors, lint.warnings, lint.overridden) == found


def test_a_bad_end_without_a_finding_is_an_error() -> None:
    assert linters.count("lintian", printed("cannot open", 2)).errors == 1


def test_a_missing_linter_is_recorded_as_skipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(linters, "find", lambda name: None)
    lint = linters.check("lintian", ["lintian", "x.deb"], tmp_path)
    assert lint.skipped == "lintian is not installed"
    assert not lint.log


def test_a_linter_without_one_of_its_parts_is_recorded_as_skipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(linters, "find", lambda name: name)
    monkeypatch.setattr(linters, "version_of", lambda *argv: None)
    assert "rpmlint" in linters.check("rpmlint", ["rpmlint", "x.rpm"], tmp_path).skipped


def test_the_unit_is_checked_with_a_program_that_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(linters, "find", lambda name: name)
    monkeypatch.setattr(linters, "version_of", lambda *argv: "257")
    monkeypatch.setattr(linters, "run", lambda argv, **_: printed(""))
    unit = tmp_path / "notes.service"
    unit.write_text("[Service]\nExecStart=/usr/bin/notes serve\nExecStartPre=/bin/x\n")
    lint = linters.units([unit], tmp_path / "logs")
    assert (lint.version, lint.warnings) == ("257", 0)
    checked = (tmp_path / "logs" / "notes.service").read_text()
    assert "ExecStart=/bin/true serve" in checked
    assert unit.read_text() != checked


@pytest.mark.process
def test_shellcheck_finds_what_is_wrong(tmp_path: Path) -> None:
    paths = linters.written({"bad": "#!/bin/sh\necho $1\n"}, tmp_path / "scripts")
    lint = linters.scripts(paths, tmp_path / "logs")
    assert (lint.skipped, lint.warnings) == ("", 1)
    assert "SC2086" in Path(lint.log).read_text()
