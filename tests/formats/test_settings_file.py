"""The launcher reads NAME.env as systemd does: its manual as a table, its own parser as a judge."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import ModuleType

import pytest

from shipways.project import model
from shipways.util.command import run
from tests.formats.settings_files import TABLE, hostile
from tests.formats.test_installed_files import launcher

# environment.d(5): the same parser without a service manager; "$" is expanded, as in no unit.
GENERATOR = "/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator"


@pytest.fixture
def module(notes: Path) -> ModuleType:
    return launcher(model.load(notes))


@pytest.mark.parametrize(("content", "expected"), TABLE)
def test_settings_are_what_the_manual_says(
    content: bytes, expected: dict[str, str], module: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "notes-app.env"
    path.write_bytes(content)
    found = module.read_settings(str(path))
    assert {name: os.fsencode(value) for name, value in found.items()} == {
        name: value.encode() for name, value in expected.items()
    }


@pytest.mark.parametrize(("version", "expected"), [(252, {}), (254, {"A": "1"})])
def test_a_comment_goes_on_as_in_the_systemd_that_is_there(
    version: int,
    expected: dict[str, str],
    module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    path = tmp_path / "notes-app.env"
    path.write_bytes(b"# one \\\nA=1\n")
    monkeypatch.setattr(module, "systemd_version", lambda: version)
    assert module.read_settings(str(path)) == expected


@pytest.mark.process
def test_the_systemd_that_is_there_is_asked(module: ModuleType) -> None:
    said = run(["systemctl", "--version"], timeout=30).output
    assert said.startswith(f"systemd {module.systemd_version()} ")


def test_a_folder_in_the_file_s_place_counts_as_no_file(module: ModuleType, tmp_path: Path) -> None:
    assert module.read_settings(str(tmp_path)) == {}


@pytest.mark.process
def test_settings_are_what_systemd_s_own_parser_finds(module: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "environment.d"
    folder.mkdir()
    usual = generated(tmp_path)
    for content in hostile(400, seed=1):
        (folder / "x.conf").write_bytes(content)
        (tmp_path / "x.env").write_bytes(content)
        ours = module.read_settings(str(tmp_path / "x.env"))
        assert filled(ours, module, content) == filled(generated(tmp_path) - usual, module, content)


def filled(
    settings: dict[str, str] | set[tuple[str, str]], module: ModuleType, content: bytes
) -> dict[str, str]:
    """The variables that a file assigns something to, and once: that parser drops empty ones."""
    names = [name.decode() for name, _ in module.assignments(content)]
    return {
        name: value for name, value in dict(settings).items() if value and names.count(name) == 1
    }


def generated(home: Path) -> set[tuple[str, str]]:
    """What the generator makes of all files, read back from its quotes (shell's, with escapes)."""
    env = {"XDG_CONFIG_HOME": str(home)}
    lines = run([GENERATOR], timeout=30, env=env).output.splitlines()
    return {(name, unquoted(value)) for name, _, value in (line.partition("=") for line in lines)}


def unquoted(value: str) -> str:
    controls = {"n": "\n", "r": "\r", "t": "\t"}
    inner = value[1:-1] if value[:1] == '"' else value
    return re.sub(r"\\(.)", lambda found: controls.get(found[1], found[1]), inner)
