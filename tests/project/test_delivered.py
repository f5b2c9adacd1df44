"""The tree that an application is built from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shipways.formats import FORMATS
from shipways.project import delivered, lockfile, model, pyproject
from shipways.project.configuration import find
from shipways.project.loader import application
from shipways.project.locking import Resolved
from shipways.project.model import Project
from shipways.util import runtime
from tests.project.sites import SITE, write

pytestmark = pytest.mark.process
tomllib: Any = vars(pyproject)["tomllib"]  # of the library, or tomli
LOCK = "".join(
    f"{line} --hash=sha256:{'a' * 64}\n" for line in ("django==5.2.1", "gunicorn==23.0.0")
)
RESOLVED = Resolved(("django==5.2.1", "gunicorn>=23"), LOCK)
SAID = """\
name = "my-site"
version = "1.2.0"
summary = "Notes that a team shares"
port = 9000
directories = ["uploads"]
environment = [
  { name = "API_TOKEN", required = true, help = "Of the other site" },
  { name = "DATA", value = "{state}/data" },
]
[overlay]
off = ["LOGGING"]
[processes]
worker = { command = ["manage", "work"] }
[unit]
ProcSubset = { value = "all", why = "psutil reads it" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    more = {
        "shipways.toml": SAID, "LICENSE": "MIT\n", "README.rst": "Notes\n", ".tox/kept.txt": "x"
    }  # fmt: skip
    root = write(tmp_path / "mysite", {**SITE, **more})
    app = application(root, find(root))
    delivered.write(app, root, tmp_path / "made", RESOLVED)
    return tmp_path / "made"


@pytest.fixture
def shipped(folder: Path) -> Project:
    return model.load(folder)


def test_it_is_a_project_with_a_command_of_its_own(shipped: Project) -> None:
    assert (shipped.name, shipped.command, shipped.version) == ("my-site", "my-site", "1.2.0")
    assert shipped.entry_point == "shipways_my_site.command:main"
    assert shipped.package == "shipways_my_site"
    tool = shipped.tool
    assert (tool.state_dir_variable, tool.bind_variable) == ("MY_SITE_STATE_DIR", "MY_SITE_BIND")
    assert (tool.health, tool.port, tool.static_url) == ("/-/health", 9000, "/assets/")
    assert tool.unit["ProcSubset"].value == "all"
    assert [pin.name for pin in lockfile.of(shipped)] == ["django", "gunicorn"]


def test_its_settings_file_tells_of_every_variable(shipped: Project) -> None:
    rows = {str(setting.name): setting for setting in shipped.tool.environment}
    assert {"DATABASE_URL", "MY_SITE_ALLOWED_HOSTS", "MY_SITE_SECRET_KEY_FILE"} <= set(rows)
    assert rows["MY_SITE_BIND"].default == "127.0.0.1:9000"
    assert rows["API_TOKEN"].help == "Required: Of the other site"
    assert "DATA" not in rows


def test_what_the_runtime_reads(folder: Path) -> None:
    stated = json.loads((folder / "shipways_my_site/application.json").read_bytes())
    assert stated["name"] == "my-site"
    assert stated["settings"] == "mysite.settings"
    assert stated["wsgi"] == "mysite.wsgi:application"
    assert stated["directories"] == ["uploads"]
    assert stated["overlay"]["off"] == ["LOGGING"]
    assert stated["processes"] == {"worker": ["manage", "work"]}
    names = {row["name"]: row for row in stated["environment"]}
    assert names["DATA"] == {"name": "DATA", "value": "{state}/data", "help": names["DATA"]["help"]}
    assert names["API_TOKEN"]["required"] is True


def test_the_runtime_and_the_tree_are_in_the_package(folder: Path) -> None:
    inner = folder / "shipways_my_site"
    own = {path.relative_to(runtime.SOURCES) for path in runtime.SOURCES.rglob("*.py")}
    assert {
        path.relative_to(inner / "runtime") for path in (inner / "runtime").rglob("*.py")
    } == own
    assert not list(folder.rglob("*.pyc"))
    files = {str(path.relative_to(inner / "tree")) for path in (inner / "tree").rglob("*")}
    assert {*SITE, "LICENSE"} <= files
    assert (folder / "LICENSE").read_text() == "MIT\n"


def test_nothing_is_left_to_the_backend_s_taste(folder: Path) -> None:
    """hatchling passes over folders that tools write to, but for files that are named."""
    said = tomllib.loads((folder / "pyproject.toml").read_text())
    assert said["project"]["readme"]["content-type"] == "text/plain"
    build = said["tool"]["hatch"]["build"]
    assert build["ignore-vcs"] is True
    for target in ("wheel", "sdist"):
        assert "shipways_my_site/tree/.tox/kept.txt" in build["targets"][target]["force-include"]


def test_formats_that_cannot_be_say_why(shipped: Project, tmp_path: Path) -> None:
    from dataclasses import replace

    app = replace(shipped, origin=tmp_path / "mysite")
    reasons = {name: wanted.cannot(app) for name, wanted in FORMATS.items()}
    assert [name for name, reason in reasons.items() if reason] == ["deb", "git"]
    assert all(FORMATS[name].instead for name in ("deb", "git"))
    assert app.home == tmp_path / "mysite"
    assert not FORMATS["deb"].cannot(shipped)


def test_names_become_modules() -> None:
    assert delivered.package("my-site.x") == "shipways_my_site_x"
