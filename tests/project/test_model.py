"""Project: what is read, and what a wrong or missing value says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shipways.errors import ProjectError
from shipways.project import model, pyproject

tomllib: Any = vars(pyproject)["tomllib"]  # of the library, or tomli
TABLES: dict[str, Any] = {"project": model.ProjectTable, "tool.shipways": model.ToolTable}
KEYS = [
    f"{table}.{name}"
    for table, struct in TABLES.items()
    for name in struct.__struct_encode_fields__
]


def test_reads_both_tables(notes: Path) -> None:
    found = model.load(notes)
    assert (found.name, found.version, found.command) == ("notes-app", "1.2.0", "notes")
    assert found.distribution == "notes-app"
    assert found.entry_point == "notes.cli:main"
    assert (found.maintainer_name, found.maintainer_email) == ("Ada Lovelace", "ada@example.org")
    assert found.homepage == "https://notes.example.org"
    assert found.description == "# Notes\n"
    assert found.tool.environment[0].name == "NOTES_HOSTS"
    assert found.settings_file == "/etc/notes-app/notes-app.env"
    assert found.state_dir == "/var/lib/notes-app"


def test_no_pyproject(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"There is no .*pyproject\.toml") as caught:
        model.load(tmp_path)
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
        ('command = "notes"', "port = 0", "tool.shipways.port", "expected `int` >= 1"),
        (
            'command = "notes"',
            'languages = ["pt_BR"]',
            "tool.shipways.languages[0]",
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
        ('"Notes-App"', '"news"', "tool.shipways.name", "'news' is a user"),
        ('"Notes-App"', '"7up"', "tool.shipways.name", "'7up' is no name for a user"),
        ('"Notes-App"', '"Notes App"', "project.name", "PEP 508"),
        ('"notes.cli:main"', '"notes.cli"', "project.scripts.notes", "is no module:object"),
        ('"Notes that a team shares"', '"""a\nb"""', "project.description", "one line"),
        ('command = "notes"', 'command = "sh"', "tool.shipways.command", "command of the system"),
        (
            'Homepage = "https://notes.example.org"',
            "Homepage = 3",
            "project.urls",
            "expected `str`",
        ),
        ("https://notes.example.org", "notes.example.org", "project.urls.Homepage", "address"),
        ('command = "notes"', "migrate = []", "tool.shipways.migrate", "length >= 1"),
        (
            '"NOTES_BIND"',
            '"NOTES_STATE_DIR"',
            "tool.shipways.bind-variable",
            "the state-dir-variable as well",
        ),
        ('"NOTES_HOSTS"', '"PATH"', "tool.shipways.environment[0].name", "how programs start"),
        (
            'default = "localhost"',
            'help = "x"\n[[tool.shipways.environment]]\nname = "NOTES_HOSTS"',
            "tool.shipways.environment",
            "twice",
        ),
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
        model.load(notes)
    message = str(caught.value)
    assert f"{path}: {key}: " in message
    assert says in message
    assert "For example:\n    " in message
    if key in pyproject.EXAMPLES:
        assert pyproject.EXAMPLES[key].splitlines()[0] in message


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", [3, -1.5, True, "", [], [3], [[]], {}, {"a": 3}, {"text": 3}])
def test_a_value_of_any_type_is_read_or_refused(
    notes: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: object
) -> None:
    path = notes / "pyproject.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    table = data["tool"]["shipways"] if key.startswith("tool") else data["project"]
    table[key.rpartition(".")[2]] = value
    monkeypatch.setattr(tomllib, "loads", lambda _: data)
    try:
        model.load(notes)
    except ProjectError as error:
        words = str(error)
        assert words.startswith(f"{path}: ")
        assert "For example:\n    " in words
        assert len(words) < 1000
        assert key in words or "scripts" in key


@pytest.mark.parametrize("data", [{"project": 3}, {"project": []}, {"tool": 3}, {}, {"tool": []}])
def test_tables_that_are_none(
    notes: Path, monkeypatch: pytest.MonkeyPatch, data: dict[str, object]
) -> None:
    whole = tomllib.loads((notes / "pyproject.toml").read_text(encoding="utf-8"))
    known = {"project": whole["project"]} if "tool" in data else {}
    monkeypatch.setattr(tomllib, "loads", lambda _: {**known, **data})
    with pytest.raises(ProjectError, match=r"pyproject\.toml: (project|tool\.shipways): "):
        model.load(notes)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_has_an_example_that_is_right(notes: Path, key: str) -> None:
    example = tomllib.loads(pyproject.EXAMPLES[key])
    name = key.rpartition(".")[2]
    while name not in example:  # a table of its own
        example = next(iter(example.values()))
    path = notes / "pyproject.toml"
    whole = tomllib.loads(path.read_text(encoding="utf-8"))
    table = key.rpartition(".")[0]
    source = pyproject.Pyproject(path)
    known = whole["project"] if table == "project" else whole["tool"]["shipways"]
    source.data = {"project": {**known, name: example[name]}}
    assert source.convert("project", TABLES[table]) is not None


def test_a_project_under_another_name(notes: Path) -> None:
    path = notes / "pyproject.toml"
    text = path.read_text(encoding="utf-8").replace('"Notes-App"', '"news"')
    text = text.replace("[tool.shipways]", '[tool.shipways]\nname = "team-news"')
    path.write_text(text, encoding="utf-8")
    found = model.load(notes)
    assert (found.distribution, found.name, found.command) == ("news", "team-news", "notes")
    assert found.state_dir == "/var/lib/team-news"


def test_help_on_several_lines_becomes_one(notes: Path) -> None:
    path = notes / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    told = 'help = """\nHost names.\nNOTES_HOSTS=evil\n"""'
    path.write_text(text.replace('help = "Host names that the site answers to."', told))
    assert model.load(notes).tool.environment[0].help == "Host names. NOTES_HOSTS=evil"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('"mit or apache-2.0"', "MIT OR Apache-2.0"),
        ('"BSD"', "BSD"),
        ('{ text = "MIT License\\n\\nCopyright 2020" }', "MIT License"),
        ('{ file = "LICENSE" }', ""),
        (
            '{ file = "LICENSE" }\nclassifiers = ["License :: OSI Approved :: MIT License"]',
            "MIT License",
        ),
    ],
)
def test_licences(notes: Path, written: str, kept: str) -> None:
    path = notes / "pyproject.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"MIT"', written), encoding="utf-8")
    assert model.load(notes).license == kept


def test_not_toml(notes: Path) -> None:
    (notes / "pyproject.toml").write_text("[project\n")
    with pytest.raises(ProjectError, match="not valid TOML"):
        model.load(notes)


def test_older_license_table_and_readme_table(notes: Path) -> None:
    path = notes / "pyproject.toml"
    text = path.read_text(encoding="utf-8").replace('"MIT"', '{ text = "BSD" }')
    text = text.replace('readme = "README.md"', 'readme = { file = "README.md" }')
    path.write_text(text, encoding="utf-8")
    found = model.load(notes)
    assert (found.license, found.description) == ("BSD", "# Notes\n")
