"""Settings loaded by their own Python, which can do no harm; real processes."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from shipways.errors import BuildError, ProjectError
from shipways.project import detection
from shipways.project.detection import Facts, probe
from tests.project.detection.conftest import write
from tests.project.detection.test_settings import manage

pytestmark = pytest.mark.process
PYTHON = Path(sys.executable)


def probed(root: Path, settings: str, **files: str) -> probe.Probe:
    write(root, {"manage.py": manage("a.settings"), "a/__init__.py": "", "a/settings.py": settings})
    write(root, files)
    return probe.probe(PYTHON, root, detection.detect(root))


def test_a_started_project(started: Path) -> None:
    found = probe.probe(PYTHON, started, detection.detect(started))
    assert not found.error
    assert not found.setup_error
    assert not found.missing
    assert not found.random
    assert not found.writes
    assert found.settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert found.settings["DATABASES"]["default"]["NAME"] == str(started / "db.sqlite3")
    assert "django.contrib.admin" in found.settings["INSTALLED_APPS"]
    assert not found.settings["whitenoise"]
    facts = Facts(probe.facts(found, "mysite.settings"))
    assert facts.value("wsgi") == "mysite.wsgi:application"
    assert facts.value("databases") == ["django.db.backends.sqlite3"]
    assert facts["root-urlconf"].evidence == "mysite.settings, loaded"
    assert not list(started.rglob("*.pyc"))


SETTINGS = """\
import os, secrets
SECRET_KEY = os.environ["SITE_KEY"]
SALT_OF_LINKS = os.environ["LINK_SALT"]
PORT = int(os.environ["MAIL_PORT"])
LEVEL = os.environ.get("LEVEL", "info")
SALT = secrets.token_hex()
ROOT_URLCONF = "a.urls"
LOGGING = {"version": 1, "handlers": {"f": {"class": "logging.FileHandler", "delay": True,
                                            "filename": "/tmp/x.log"}}}
MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware"]
HOME = os.path.expanduser("~")
HERE = os.getcwd()
"""


def test_what_is_missing_and_what_is_random(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_KEY", "must not be inherited")
    found = probed(tmp_path, SETTINGS)
    assert found.error == ""
    assert found.missing == ("SITE_KEY", "LINK_SALT", "MAIL_PORT")
    assert found.placeholders["MAIL_PORT"].isdigit()
    assert "LEVEL" in found.read
    assert found.random == ("SALT",)
    assert found.settings["whitenoise"]
    assert found.settings["LOGGING"] == ["/tmp/x.log"]
    rows = Facts(probe.facts(found, "a.settings")).below("environment")
    assert rows["SITE_KEY"].value == {"name": "SITE_KEY", "required": True}
    assert rows["LINK_SALT"].value == {"name": "LINK_SALT", "secret": True}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("open(os.path.join(os.path.dirname(__file__), 'log.txt'), 'w')", "a/log.txt"),
        ("os.makedirs(os.path.join(os.path.dirname(__file__), 'media'))", "a/media"),
        ("import sqlite3; sqlite3.connect(os.path.dirname(__file__) + '/x.db')", "a/x.db"),
    ],
)
def test_the_tree_stays_as_it_is(tmp_path: Path, line: str, said: str) -> None:
    found = probed(tmp_path, f"import os\ntry:\n    {line}\nexcept OSError:\n    pass\n")
    assert found.writes == (said,)
    assert found.error == ""
    assert not (tmp_path / said).exists()
    assert not list(tmp_path.rglob("__pycache__"))


def test_a_folder_that_is_there_is_no_write(tmp_path: Path) -> None:
    code = "import os\nos.makedirs(os.path.dirname(__file__), exist_ok=True)\n"
    assert not probed(tmp_path, code).writes


def test_there_is_no_network(tmp_path: Path) -> None:
    code = "import socket\nsocket.create_connection(('203.0.113.1', 80), 5)\n"
    found = probed(tmp_path, code)
    assert found.error.endswith("(a/settings.py:2)")
    assert "203.0.113.1" in found.connections


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ("import nowhere_at_all", "ModuleNotFoundError: No module named 'nowhere_at_all' (a/set"),
        ("raise SystemExit(3)", "SystemExit: 3 (a/settings.py:1)"),
        ("x = 1 +", "SyntaxError: invalid syntax (settings.py, line 1)"),
        ("import os\nint(os.environ['KEY_X'])", "ValueError: "),
    ],
)  # fmt: skip
def test_why_they_do_not_load(tmp_path: Path, settings: str, error: str) -> None:
    found = probed(tmp_path, settings)
    assert found.error.startswith(error)
    assert not found.settings


def test_it_is_written_for_every_python_that_django_runs_on() -> None:
    ast.parse(probe.CHILD.read_text("utf-8"), feature_version=(3, 9))


def test_apps_that_cannot_be_loaded(tmp_path: Path) -> None:
    found = probed(tmp_path, "INSTALLED_APPS = ['gone_app']\n")
    assert found.error == ""
    assert "gone_app" in found.setup_error


def test_a_process_that_ends_itself(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="ended the process"):
        probed(tmp_path, "import os\nos._exit(3)\n")


@pytest.mark.parametrize(("python", "files"), [(PYTHON, {}), (Path("/nonexistent"), {"a.py": ""})])
def test_what_is_asked_for_wrongly(tmp_path: Path, python: Path, files: Mapping[str, str]) -> None:
    found = detection.detect(write(tmp_path, {**files, "manage.py": manage("a") if files else ""}))
    with pytest.raises(ProjectError):
        probe.probe(python, tmp_path, found)
