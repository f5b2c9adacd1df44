"""Project: what is read, and what a wrong or missing value says."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipways import project, pyproject
from shipways.errors import ProjectError


def test_reads_both_tables(notes: Path) -> None:
    found = project.load(notes)
    assert (found.name, found.version, found.command) == ("notes-app", "1.2.0", "notes")
    assert found.entry_point == "notes.cli:main"
    assert found.minimum_python == "3.10"
    assert (found.maintainer_name, found.maintainer_email) == ("Ada Lovelace", "ada@example.org")
    assert found.homepage == "https://notes.example.org"
    assert found.description == "# Notes\n"
    assert found.tool.environment[0].name == "NOTES_HOSTS"
    assert found.settings_file == "/etc/notes-app/notes-app.env"
    assert found.state_dir == "/var/lib/notes-app"


def test_no_pyproject(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"There is no .*pyproject\.toml") as caught:
        project.load(tmp_path)
    assert "--project" in caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ('name = "Notes-App"', "", "project.name", "missing"),
        ('version = "1.2.0"', "", "project.version", "missing"),
        ('version = "1.2.0"', 'version = "one"', "project.version", "PEP 440"),
        ('version = "1.2.0"', 'version = "2147483648!1.0"', "project.version", "above 2147483647"),
        ('version = "1.2.0"', 'dynamic = ["version"]', "project.version", "dynamic"),
        ('">=3.10"', '"3.10 or so"', "project.requires-python", "specifier"),
        ('description = "Notes that a team shares"', "", "project.description", "missing"),
        ("tool.shipways", "tool.other", "tool.shipways", "missing"),
        ('wsgi = "notes.wsgi:application"', "", "tool.shipways.wsgi", "missing"),
        ('command = "notes"', 'command = "n"', "tool.shipways.command", "project.scripts"),
        ('command = "notes"', "port = 0", "tool.shipways.port", "no port"),
        (
            'command = "notes"',
            'languages = ["pt_BR"]',
            "tool.shipways.languages",
            "'pt_BR' is no language tag",
        ),
        ('command = "notes"', 'port = "80"', "tool.shipways.port", "expected `int`"),
        ('command = "notes"', 'colour = "red"', "tool.shipways.colour", "not known"),
        (
            'command = "notes"',
            "budget = {deb = {byte = 1}}",
            "tool.shipways.budget.byte",
            "not known",
        ),
        ("Ada Lovelace <ada@example.org>", "Ada", "tool.shipways.maintainer", "address"),
        (
            'command = "notes"',
            'command = "notes"\nlock = "none.lock"',
            "tool.shipways.lock",
            "no file",
        ),
    ],
)
def test_wrong_value_names_file_key_and_example(
    notes: Path, old: str, new: str, key: str, says: str
) -> None:
    path = notes / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        project.load(notes)
    message = str(caught.value)
    assert f"{path}: {key}: " in message
    assert says in message
    if key in pyproject.EXAMPLES:
        assert pyproject.EXAMPLES[key].splitlines()[0] in message


def test_not_toml(notes: Path) -> None:
    (notes / "pyproject.toml").write_text("[project\n")
    with pytest.raises(ProjectError, match="not valid TOML"):
        project.load(notes)


def test_older_license_table_and_readme_table(notes: Path) -> None:
    path = notes / "pyproject.toml"
    text = path.read_text(encoding="utf-8").replace('"MIT"', '{ text = "BSD" }')
    text = text.replace('readme = "README.md"', 'readme = { file = "README.md" }')
    path.write_text(text, encoding="utf-8")
    found = project.load(notes)
    assert (found.license, found.description) == ("BSD", "# Notes\n")
