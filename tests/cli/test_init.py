"""`shipways init` and `shipways explain`."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipways.__main__ import main
from shipways.cli import init
from shipways.project.pyproject import Pyproject
from tests.project.sites import SITE, write

pytestmark = pytest.mark.process  # git is asked whether there is a checkout


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write(tmp_path / "mysite", SITE)


def test_it_is_written_with_its_evidence(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--project", str(site)]) == 0
    text = (site / "shipways.toml").read_text()
    assert 'settings = "mysite.settings" # manage.py:' in text
    assert "# TODO: which version is it?" in text
    said = capsys.readouterr().err
    assert "TODO: which version is it?" in said
    assert "Next: shipways explain, shipways build" in said
    assert main(["explain", "--project", str(site)]) == 0


def test_every_proposal_is_taken(site: Path) -> None:
    assert main(["init", "--yes", "--project", str(site)]) == 0
    text = (site / "shipways.toml").read_text()
    assert "which version" not in text
    assert Pyproject(site / "shipways.toml").data["version"] == "0.1.0"


def test_a_person_is_asked(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"which version is it?": "2.1", "who answers": "Ada Lovelace <ada@example.org>"}

    def answer(question: str) -> str:
        return next((said for begin, said in answers.items() if question.startswith(begin)), "")

    monkeypatch.setattr(init, "_is_person", lambda: True)
    monkeypatch.setattr("builtins.input", answer)
    init.init(site, None, yes=False)
    found = Pyproject(site / "shipways.toml").data
    assert (found["version"], found["maintainer"]) == ("2.1", answers["who answers"])


def test_what_is_there_is_kept(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (site / "shipways.toml").write_text('version = "3.0"\nsettings = "mysite.settings"\n')
    assert main(["init", "--project", str(site)]) == 0
    said = capsys.readouterr().err
    assert 'version: it says "3.0", and found is "0.1.0"' in " ".join(said.split())
    assert (site / "shipways.toml").read_text().startswith('version = "3.0"')


def test_the_tree_is_not_touched(site: Path, tmp_path: Path) -> None:
    before = sorted(site.rglob("*"))
    config = tmp_path / "kept.toml"
    assert main(["init", "--yes", "--project", str(site), "--config", str(config)]) == 0
    assert sorted(site.rglob("*")) == before
    assert 'settings = "mysite.settings"' in config.read_text()


def test_every_value_says_where_it_is_from(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (site / "shipways.toml").write_text('version = "3.0"\n')
    assert main(["explain", "--project", str(site)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert 'version = "3.0"  # shipways.toml: version' in lines
    assert any(line.startswith('settings = "mysite.settings"  # manage.py:') for line in lines)
    assert 'name = "mysite"  # the folder\'s name' in lines


def test_a_project_with_its_own_command(notes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--project", str(notes)]) == 0
    assert 'bind-variable = "NOTES_BIND"  # pyproject.toml' in capsys.readouterr().out


def test_there_is_no_such_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--project", str(tmp_path / "none")]) == 2
    assert "There is no folder" in capsys.readouterr().err
