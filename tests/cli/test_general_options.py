"""Every command takes the same general options, has help worth reading, and fails in words."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from shipways import __main__ as cli
from shipways.cli import commands, doctor, parser
from shipways.errors import ISSUES, ProjectError
from shipways.formats import FORMATS
from shipways.project import source_date
from shipways.util.command import run

ROOT = Path(__file__).parents[2]
NEEDED = {"try": ["deb"], "eject": ["deb"], "compare": ["a.json", "b.json"], "roots": ["prune"]}
GENERAL = (["-v"], ["--verbose"], ["--project", "p"], ["--dist", "d"], ["--engine", "podman"])
DOCUMENTS = [
    *(path for path in ROOT.glob("*.md") if path.name != "CHANGELOG.md"),
    *ROOT.glob("docs/**/*.md"),
]
SHIPWAYS = (sys.executable, "-m", "shipways")


@pytest.mark.parametrize("option", GENERAL, ids=lambda option: option[0])
@pytest.mark.parametrize("command", commands.COMMANDS)
def test_every_command_takes_every_general_option(command: str, option: list[str]) -> None:
    parsed = parser.parser().parse_args([command, *NEEDED.get(command, []), *option])
    names = {"-v": "verbose"}.get(option[0], option[0].removeprefix("--"))
    value = getattr(parsed, names)
    assert str(value) == (option[1] if len(option) > 1 else "True")


@pytest.mark.parametrize("command", commands.COMMANDS)
def test_help_of_a_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "--help"])
    assert caught.value.code == 0
    said = capsys.readouterr().out
    words = said.partition("\n\n")[2].partition("options:")[0].split()
    assert len(words) > 12, "it says more than its own name"
    assert "general options:" in said


def typed() -> list[str]:
    """The commands for nox and shipways in the documents."""
    found = []
    for path in DOCUMENTS:
        text = path.read_text("utf-8")
        for line in re.findall(r"(?:^|`)\s*((?:nox -s|shipways) [^`\n]*)", text, re.MULTILINE):
            found.append(re.split(r"#|  | > ", line)[0].strip())
    return sorted({line for line in found if not re.search(r"[…]|NAME|\.\.\.", line)})


@pytest.mark.parametrize("line", typed())
def test_documented_commands_are_understood(line: str) -> None:
    program, *words = shlex.split(line)
    if program == "nox":
        sessions, _, more = " ".join(words[1:]).partition(" -- ")
        noxfile = (ROOT / "noxfile.py").read_text("utf-8")
        for session in re.split(r"[\s,]+", sessions):
            assert re.search(rf'def {session}_?\(|name="{session}"', noxfile), session
        name = sessions.split()[0]
        command = name if name in commands.COMMANDS else "build"
        formats = [name] if name in FORMATS else []
        words = [command, *formats, *shlex.split(more)] if more else ["doctor"]
    assert parser.parser().parse_args(words).command in commands.COMMANDS


def test_documents_hold_commands() -> None:
    assert {"nox -s rpm -- --compression fast", "shipways doctor"} <= set(typed())


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(_: object) -> NoReturn:
        raise KeyError("oops\udcff")

    monkeypatch.setitem(commands.COMMANDS, "report", wrong)


@pytest.mark.parametrize("place", ["dist", "cache", "temporary"])
def test_a_fault_of_ours_is_told_and_kept(
    crash: None,
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folders = {"dist": tmp_path / "dist" / "logs", "cache": tmp_path / "cache"}
    folders["temporary"] = tmp_path / "t"
    folders[place].mkdir(parents=True)
    if place == "temporary":
        (tmp_path / "cache").write_text("")
    monkeypatch.setenv("SHIPWAYS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "t"))
    assert cli.main(["report", "--project", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("shipways: KeyError: ")
    assert ISSUES in said
    assert "Traceback" not in said
    log = folders[place] / "crash.log"
    assert f"The log is {log}" in said
    assert "Traceback" in log.read_text()
    assert cli.main(["report", "--project", str(tmp_path), "--verbose"]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.process
@pytest.mark.parametrize("command", ["--help", "build --help", "doctor", "report --dist ."])
def test_a_reader_who_has_enough_is_no_error(command: str, tmp_path: Path) -> None:
    """As in `shipways ... | head`, where head has ended before anything is printed."""
    text = '{"schema": 2, "project": {"name": "n", "version": "1"}}'
    (tmp_path / "results.json").write_text(text)
    script = f"{shlex.join(SHIPWAYS)} {command} | true; exit ${{PIPESTATUS[0]}}"
    done = run(["bash", "-c", script], timeout=60, check=False, cwd=tmp_path)
    noise = [line for line in done.output.splitlines() if not re.match(r"  .* s$", line)]
    assert noise == []
    assert done.returncode in (0, 1, 3, 141)


@pytest.mark.process
def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    script = f"{shlex.join(SHIPWAYS)} doctor >/dev/full"
    done = run(["bash", "-c", script], timeout=60, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert "shipways: No space left on device" in done.output
    assert "Traceback" not in done.output


@pytest.mark.process
def test_doctor_says_which_formats_a_project_can_have(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (notes / "pyproject.toml").read_text("utf-8")
    (notes / "pyproject.toml").write_text(text.replace("Homepage", "Funding"), "utf-8")
    cli.main(["doctor", "--project", str(notes)])
    said = " ".join(re.sub("[│┃]", " ", capsys.readouterr().out).split())
    assert "notes-app" in said
    assert said.count("yes") == len(FORMATS) - 1
    assert re.search("git git [0-9.]+ no:", said)
    doctor.show()
    assert "yes" not in capsys.readouterr().out
    (notes / "requirements.lock").write_text(f"flask==3.0 --hash=sha256:{'a' * 64}\n")
    assert cli.main(["doctor", "--project", str(notes)]) == 2
    assert "does not hold django" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "-1", " 1", "1.5", "1e9", "yesterday", "²", "٣", "9" * 5000])
def test_a_date_that_is_no_number(text: str) -> None:
    with pytest.raises(ProjectError, match="is no number of seconds") as caught:
        source_date.stated(text)
    assert "git log -1 --format=%ct" in caught.value.hint


@pytest.mark.parametrize("seconds", [source_date.LATEST + 1, 4354819199, 2**63])
def test_a_date_that_a_format_cannot_write(seconds: int) -> None:
    with pytest.raises(ProjectError, match=r"gzip and rpm write times from 0 .* to 4294967295"):
        source_date.stated(str(seconds))


@pytest.mark.parametrize("seconds", [0, 1, 315532799, 1700000000, source_date.LATEST])
def test_a_date_that_all_formats_can_write(seconds: int) -> None:
    assert source_date.stated(str(seconds)) == seconds
    assert source_date.held(seconds + 0.5) == seconds
    assert source_date.held(-1) == 0
    assert source_date.held(source_date.LATEST + 1) == source_date.LATEST


def test_interrupted_as_a_shell_says() -> None:
    assert (cli.INTERRUPTED, cli.UNHEARD) == (130, 141)
    assert os.name == "posix"
