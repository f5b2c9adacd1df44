"""What an application may say of itself, and what is understood of what it leaves out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shipways.errors import ProjectError
from shipways.project import loader, pyproject
from shipways.project.application import ApplicationTable
from shipways.project.configuration import find
from shipways.project.pyproject import EXAMPLES, Pyproject
from shipways.project.understood import NOBODY, Understood
from tests.project.sites import SETTINGS, SITE, write

pytestmark = pytest.mark.process  # git is asked whether there is a checkout
tomllib: Any = vars(pyproject)["tomllib"]  # of the library, or tomli
KEYS = ApplicationTable.__struct_encode_fields__


def understood(root: Path) -> Understood:
    return loader.application(root, find(root))


def test_nothing_has_to_be_said(tmp_path: Path) -> None:
    app = understood(write(tmp_path / "mysite", SITE))
    assert (app.name, app.version, app.kind) == ("mysite", "0.1.0", "wsgi")
    assert (app.settings, app.wsgi) == ("mysite.settings", "mysite.wsgi:application")
    assert app.direct == ("django==5.2.1",)
    assert app.static_url == "/assets/"
    assert app.prepare == (("migrate", "--noinput"),)
    assert app.maintainer == NOBODY


def test_the_configuration_wins(tmp_path: Path) -> None:
    said = 'name = "notes"\nversion = "2.0"\nstatic-url = "/s/"\nport = 9000\n'
    app = understood(write(tmp_path / "mysite", {**SITE, "shipways.toml": said}))
    assert (app.name, app.version, app.static_url, app.table.port) == ("notes", "2.0", "/s/", 9000)
    evidence = {origin.key: origin.evidence for origin in app.origins}
    assert evidence["version"] == "shipways.toml: version"
    assert evidence["settings"].startswith("manage.py:")


def test_settings_keep_their_own_defaults(tmp_path: Path) -> None:
    """What they can do without is told to the administrator, and set by nobody."""
    asks = (
        "import os\n"
        'DEBUG = os.environ.get("DEBUG", "True") == "True"\n'
        'TITLE = os.environ.get("SITE_TITLE", "Notes")\n'
        'TOKEN = os.environ["API_TOKEN"]\n'
        'KEY = os.environ["SECRET_KEY"]\n'
        'URL = os.environ["DATABASE_URL"]\n'
    )
    files = {**SITE, "mysite/settings.py": asks + SETTINGS}
    app = understood(write(tmp_path / "mysite", files))
    kinds = {one.name: one.kind for one in app.environment}
    assert kinds == {
        "SITE_TITLE": "may be set",
        "API_TOKEN": "required",
        "SECRET_KEY": "made once",
        "DATABASE_URL": "is sqlite:///{state}/db.sqlite3, if nothing else is set",
    }
    (title,) = (one for one in app.environment if one.name == "SITE_TITLE")
    assert "the settings' default is Notes" in title.help


def test_the_configuration_s_variables_come_first(tmp_path: Path) -> None:
    asks = 'import os\nTOKEN = os.environ["API_TOKEN"]\n' + SETTINGS
    said = 'environment = [{ name = "API_TOKEN", value = "{state}/token" }]\n'
    files = {**SITE, "mysite/settings.py": asks, "shipways.toml": said}
    app = understood(write(tmp_path / "mysite", files))
    assert [(one.name, one.value) for one in app.environment] == [("API_TOKEN", "{state}/token")]


def test_processes_in_both_forms(tmp_path: Path) -> None:
    said = (
        '[processes]\nworker = { command = ["manage", "work"] }\nbeat = ["celery", "beat"]\n'
        'release = { command = ["manage", "load"], one-off = true }\n'
    )
    app = understood(write(tmp_path / "mysite", {**SITE, "shipways.toml": said}))
    assert app.processes["worker"].command == ("manage", "work")
    assert app.processes["beat"].command == ("celery", "beat")


def test_no_project_at_all(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="There is no Django project") as caught:
        understood(tmp_path)
    assert "settings = " in caught.value.hint


@pytest.mark.parametrize("key", KEYS)
def test_every_key_has_an_example_that_is_right(key: str, tmp_path: Path) -> None:
    example = EXAMPLES[f"tool.shipways.{key}"]
    path = tmp_path / "pyproject.toml"
    path.write_text(example if example.startswith("[") else f"[tool.shipways]\n{example}")
    assert tomllib.loads(path.read_text())["tool"]["shipways"][key]
    Pyproject(path).convert("tool.shipways", ApplicationTable)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('port = "x"', "port: expected `int`, got `str`"),
        ("prot = 1", "prot: is not known"),
        ('name = "No Name"', "name: 'No Name' is no name for a user"),
        ("processes = { worker = 3 }", "processes"),
        ('environment = [{ name = "PATH", value = "x" }]', "changes how programs start"),
        ('kind = "cgi"', "kind: "),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str, tmp_path: Path) -> None:
    root = write(tmp_path / "mysite", {**SITE, "shipways.toml": text})
    with pytest.raises(ProjectError) as caught:
        understood(root)
    assert says in str(caught.value)
    assert str(root / "shipways.toml") in str(caught.value)


def test_the_example_of_a_file_of_ours_has_no_table_of_another_s(tmp_path: Path) -> None:
    root = write(tmp_path / "mysite", {**SITE, "shipways.toml": "processes = 1"})
    with pytest.raises(ProjectError) as caught:
        understood(root)
    assert "[processes]" in caught.value.hint
    assert "tool.shipways" not in caught.value.hint
