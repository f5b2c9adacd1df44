"""Name, version and what else packaging metadata says, from each place that can say it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from shipways.project import detection
from shipways.project.detection import git_tag
from shipways.project.detection.python_metadata import _bound
from shipways.project.detection.requirements_files import names
from tests.project.detection.conftest import Detect, write
from tests.project.test_source_tree import git

SETUP_PY = """\
from setuptools import setup
REQUIRED = ["Django>=5.1", "celery[redis]"]
setup(name="notes", version="2.1", author="Ada", author_email="ada@example.org",
      url="https://notes.example.org", python_requires=">=3.11", install_requires=REQUIRED,
      long_description=open("README").read())
"""
SETUP_CFG = """\
[metadata]
name = notes
version = attr: notes.__version__
description = Notes that a team shares
license_files = LICENSE
[options]
python_requires = >=3.9
install_requires =
    django>=4.2
    # comment
    redis
"""
POETRY = """\
[tool.poetry]
name = "notes"
version = "3.0.1"
license = "MIT"
authors = ["Ada Lovelace <ada@example.org>"]
[tool.poetry.dependencies]
python = "^3.11"
Django = "~5.1"
celery = { version = "^5.3", extras = ["redis"] }
local = { path = "../local" }
"""
PROJECT = """\
[project]
name = "notes"
version = "4.5"
description = "Notes that a team shares"
requires-python = ">=3.12"
license = { text = "MIT" }
authors = [{ name = "Ada", email = "ada@example.org" }]
dependencies = ["django>=5"]
[project.urls]
Homepage = "https://notes.example.org"
"""
DYNAMIC = '[project]\nname = "notes"\ndynamic = ["version"]\n'


@pytest.mark.parametrize(
    ("files", "key", "value", "evidence"),
    [
        ({"pyproject.toml": PROJECT}, "name", "notes", "pyproject.toml:2"),
        ({"pyproject.toml": PROJECT}, "version", "4.5", "pyproject.toml:3"),
        ({"pyproject.toml": PROJECT}, "summary", "Notes that a team shares", "pyproject.toml:4"),
        ({"pyproject.toml": PROJECT}, "license", "MIT", "pyproject.toml:6"),
        ({"pyproject.toml": PROJECT}, "maintainer", "Ada <ada@example.org>", "pyproject.toml:7"),
        ({"pyproject.toml": PROJECT}, "urls", {"Homepage": "https://notes.example.org"},
         "pyproject.toml:10"),
        ({"pyproject.toml": PROJECT}, "dependencies", ["django>=5"], "pyproject.toml:8"),
        ({"pyproject.toml": POETRY}, "version", "3.0.1", "pyproject.toml:3"),
        ({"pyproject.toml": POETRY}, "requires-python", ">=3.11,<4", "pyproject.toml:7"),
        ({"pyproject.toml": POETRY}, "dependencies",
         ["Django>=5.1,<5.2", "celery>=5.3,<6", "local"], "pyproject.toml:6"),
        ({"setup.py": SETUP_PY}, "name", "notes", "setup.py:3"),
        ({"setup.py": SETUP_PY}, "version", "2.1", "setup.py:3"),
        ({"setup.py": SETUP_PY}, "requires-python", ">=3.11", "setup.py:4"),
        ({"setup.py": SETUP_PY}, "dependencies", ["Django>=5.1", "celery[redis]"], "setup.py:4"),
        ({"setup.cfg": SETUP_CFG, "notes/__init__.py": '"""N."""\n__version__ = "7.8"\n'},
         "version", "7.8", "notes/__init__.py:2"),
        ({"setup.cfg": SETUP_CFG}, "dependencies", ["django>=4.2", "redis"], "setup.cfg:8"),
        ({"setup.cfg": SETUP_CFG}, "summary", "Notes that a team shares", "setup.cfg:4"),
        ({"pyproject.toml": f'{DYNAMIC}[tool.hatch.version]\npath = "notes/about.py"\n',
          "notes/about.py": 'VERSION = (1, 2, 3, "final")\n'}, "version", "1.2.3",
         "notes/about.py:1"),
        ({"pyproject.toml": f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ file = "V" }}\n',
          "V": "9.1\n"}, "version", "9.1", "V:1"),
        ({"version.txt": "v1.4\n"}, "version", "1.4", "version.txt:1"),
        ({"CHANGELOG.md": "# Changes\n\n## v4.4-dev - Unreleased\n\n## [v4.3] - today\n## 4.2\n"},
         "version", "4.3", "CHANGELOG.md:5"),
        ({"package.json": '{\n "version": "1.9.0"\n}'}, "version", "1.9.0", "package.json:2"),
        ({"requirements.txt": "-r base.txt\ndjango==5.2.1 --hash=sha256:aa  # why\n",
          "base.txt": "redis>=5 \\\n  --hash=sha256:bb\n"}, "dependencies",
         ["redis>=5", "django==5.2.1"], "requirements.txt"),
        ({"requirements/production.txt": "-r base.txt\ngunicorn\n",
          "requirements/base.txt": "django\n", "requirements/local.txt": "ipdb\n"},
         "dependencies", ["django", "gunicorn"], "requirements/production.txt"),
        ({"Pipfile": '[packages]\ndjango = "~=5.2"\nredis = "*"\n'}, "dependencies",
         ["django~=5.2", "redis"], "Pipfile:1"),
        ({"runtime.txt": "python-3.12.1\n"}, "requires-python", ">=3.12", "runtime.txt:1"),
        ({"requirements.txt": "Django>=6.0\n"}, "requires-python", ">=3.12",
         "Django>=6.0 in requirements.txt"),
    ],
)  # fmt: skip
def test_stated(
    detect: Detect, files: Mapping[str, str], key: str, value: object, evidence: str
) -> None:
    found = detect(files)
    assert (found[key].value, found[key].evidence) == (value, evidence)


def test_names_are_normal(detect: Detect) -> None:
    files = {"requirements.txt": "Django_Redis[x]>=1\n./local\ngit+https://example.org/x\n-e .\n"}
    assert names(detect(files)) == {"django-redis", "git"}


@pytest.mark.parametrize(
    ("said", "bound"),
    [("^1.2.3", ">=1.2.3,<2"), ("^0.2.3", ">=0.2.3,<0.3"), ("^0.0.3", ">=0.0.3,<0.0.4"),
     ("~1.2.3", ">=1.2.3,<1.3"), ("~1", ">=1,<2"), ("1.2", "==1.2"), (">=1", ">=1"), ("*", ""),
     ("~=1.2", "~=1.2"), ("^0", ">=0,<1"), ("^x", "")],
)  # fmt: skip
def test_poetrys_bounds(said: str, bound: str) -> None:
    assert _bound(said) == bound


@pytest.mark.parametrize(
    ("described", "version"),
    [("v1.2.0-0-gabc1234", "1.2.0"), ("1.2-3-gabc1234", "1.2.post3"), ("", ""),
     ("notes-2.0rc1-0-gabc1234", "2.0rc1"), ("latest-4-gabc1234", ""), ("v1.0-x-1-gabc", "")],
)  # fmt: skip
def test_a_tag_says_the_version(described: str, version: str) -> None:
    assert git_tag.version_of(described) == version


@pytest.mark.parametrize(
    ("folder", "name", "asks"), [("My Notes!", "my-notes", False), ("src", "src", True)]
)
def test_the_folder_is_the_last_to_ask(tmp_path: Path, folder: str, name: str, asks: bool) -> None:
    found = detection.detect(write(tmp_path / folder, {"x.py": ""}))
    assert (found.value("name"), bool(found["name"].todo)) == (name, asks)
    assert found["version"].todo


@pytest.mark.process
def test_git_knows_version_and_author(tmp_path: Path) -> None:
    write(tmp_path, {"manage.py": "", ".gitignore": "secret.py\n", "secret.py": "import django"})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "x")
    git(tmp_path, "tag", "v3.1")
    found = detection.detect(tmp_path)
    assert found.value("version") == "3.1"
    assert found["version"].evidence.startswith("git describe says v3.1-0-g")
    assert found.value("maintainer") == "A <a@example.org>"
    assert found["maintainer"].todo
