"""Facts as a configuration."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipways.project import detection
from shipways.project.detection import Fact, Facts, render

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

WHOLE = Facts(
    [
        Fact("name", "notes", "pyproject.toml:2"),
        Fact("version", "0.1.0", "nothing states one", "assumed", "which version is it?"),
        Fact("maintainer", "Ada <ada@example.org>", "pyproject.toml:7", "inferred"),
        Fact("settings", "a.settings", "manage.py:9"),
        Fact("wsgi", "a.wsgi:application", "a/wsgi.py:1"),
        Fact("kind", "wsgi", "a/wsgi.py:1"),
        Fact("python-path", ["src"], "src/manage.py lies there"),
        Fact("prepare", [["migrate", "--noinput"], ["seed"]], "Procfile:1"),
        Fact("services.redis", "redis", "a/settings.py:3"),
        Fact("optional-services.mysql", "mysql", "a/settings.py:4"),
        Fact("processes.worker", {"command": ["w"], "one_off": False}, "Procfile:2"),
        Fact("processes.release", {"command": ["r"], "one_off": True}, "Procfile:3"),
        Fact("build-steps.npm", {"command": "npm ci", "working-directory": "."}, "package.json:1"),
        Fact("environment.SECRET_KEY", {"name": "SECRET_KEY", "secret": True}, "a/settings.py:5"),
        Fact("environment.KEY", {"name": "KEY", "required": True, "help": "A key."}, "s.py:6"),
        Fact("environment.LEVEL", {"name": "LEVEL", "default": "3"}, "s.py:7"),
    ]
)
LINES = """\
# TODO: which version is it?
version = "0.1.0" # nothing states one
settings = "a.settings" # manage.py:9
python-path = ["src"] # src/manage.py lies there
prepare = [["migrate", "--noinput"], ["seed"]] # Procfile:1
# TODO: mysql, too? The settings can do without: a/settings.py:4
services = [
    "redis", # a/settings.py:3
]
build-steps = [
    {command = "npm ci", working-directory = "."}, # package.json:1
]
environment = [
    {name = "KEY", required = true, help = "A key."}, # s.py:6
]

[processes]
worker = {command = ["w"]} # Procfile:2
release = {command = ["r"], one-off = true} # Procfile:3
"""


def test_what_differs_is_written_with_its_evidence() -> None:
    assert render.as_toml(WHOLE).strip() == LINES.strip()


def test_the_same_in_pyproject() -> None:
    alone = tomllib.loads(render.as_toml(WHOLE))
    inside = tomllib.loads(render.as_toml(WHOLE, in_pyproject=True))
    assert inside == {"tool": {"shipways": alone}}


def test_nothing_found_is_one_question() -> None:
    assert render.as_toml(Facts()).splitlines() == [
        "# TODO: who answers for the packages?",
        '# maintainer = "Your Name <you@example.org>"',
    ]


TEXTS = st.text(max_size=20)


@given(
    st.lists(
        st.builds(
            Fact,
            st.sampled_from(["name", "settings", "version", "kind", "maintainer"]),
            TEXTS, TEXTS, st.just("assumed"), TEXTS,
        )
    ),
    TEXTS,
)  # fmt: skip
def test_any_text_is_valid_toml(facts: list[Fact], text: str) -> None:
    row = Fact(f"processes.{text}", {"command": [text]}, text, "inferred", text)
    service = Fact(f"services.{text}", text, text, "inferred", text)
    optional = Fact(f"optional-services.{text}", text, text)
    written = tomllib.loads(render.as_toml(Facts([*facts, row, service, optional])))
    assert written["services"] == [text]
    assert written["processes"] == {text: {"command": [text]}}


def test_evidence_and_values_may_be_anything() -> None:
    found = Facts([Fact("settings", 'a"\n', "two\nlines\x00")])
    assert tomllib.loads(render.as_toml(found))["settings"] == 'a"\n'


@pytest.mark.process
def test_a_started_project_needs_few_lines(started: Path) -> None:
    text = render.as_toml(detection.detect(started))
    assert len([line for line in text.splitlines() if line and line[0] != "#"]) == 5
    assert {*tomllib.loads(text)} == {
        "name", "version", "settings", "requires-python", "dependencies"
    }  # fmt: skip
