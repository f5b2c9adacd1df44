"""Instructions come from the steps, and what is in the repository is what they would be now."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipways import __main__ as cli
from shipways.build import install_md
from shipways.formats import FORMATS
from shipways.project import model

ROOT = Path(__file__).parents[2]


def test_every_step_is_in_the_document(notes: Path) -> None:
    found = model.load(notes)
    text = install_md.document(found, FORMATS.values())
    for wanted in FORMATS.values():
        for step in wanted.printed(found):
            assert step.command in text


def test_readme_and_install_are_current() -> None:
    found = model.load(ROOT / "demoapp")
    again = "nox -s instructions"
    table = install_md.table(found, FORMATS.values())
    for readme in ("README.md", "README.ru.md"):
        assert table in (ROOT / readme).read_text(encoding="utf-8"), again
    text = (ROOT / "demoapp" / "INSTALL.md").read_text(encoding="utf-8")
    assert text == install_md.document(found, FORMATS.values()), again


def test_command_writes_both(notes: Path, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"# Hello\n{install_md.BEGIN}\nold\n{install_md.END}\nmore\n")
    assert cli.main(["instructions", "--project", str(notes), "--readme", str(readme)]) == 0
    text = readme.read_text()
    assert text.startswith("# Hello\n<!--")
    assert text.endswith("-->\nmore\n")
    assert "old" not in text
    assert "| wheel | Python 3.10 or newer" in text
    assert (notes / "INSTALL.md").read_text().startswith("# Install notes-app 1.2.0\n")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_installed_and_removed(notes: Path, name: str) -> None:
    phases = {step.phase for step in FORMATS[name].printed(model.load(notes))}
    assert {"install", "remove"} <= phases
