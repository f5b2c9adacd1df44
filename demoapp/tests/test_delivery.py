"""/about: which copy is this?"""

from __future__ import annotations

import html
import json
from importlib import metadata
from pathlib import Path
from typing import Any

import django
import pytest
from django.test import Client

from demoapp import __version__, delivery


class Installed:
    """A distribution as importlib.metadata finds it, with these pip records."""

    def __init__(self, direct_url: dict[str, Any] | None, place: Path = delivery.PACKAGE) -> None:
        self.direct_url, self.place = direct_url, place

    def read_text(self, name: str) -> str | None:
        return json.dumps(self.direct_url) if self.direct_url else None

    def locate_file(self, name: str) -> Path:
        return self.place


VCS = {"url": "https://host.test/r.git", "vcs_info": {"vcs": "git", "commit_id": "0"}}
FOLDER = {"url": "file:///src", "dir_info": {}}
WHEEL = {"url": "file:///demoapp-1.0.0-py3-none-any.whl", "archive_info": {}}


@pytest.mark.parametrize(
    ("installed", "expected"),
    [
        (Installed(None), "wheel"),
        (Installed(WHEEL), "wheel"),
        (Installed(VCS), "git"),
        (Installed(FOLDER), "source"),
        (Installed(None, Path("/usr/lib/python3/dist-packages/demoapp")), "source"),
    ],
)
def test_format_of_a_plain_installation(
    monkeypatch: pytest.MonkeyPatch, installed: Installed, expected: str
) -> None:
    monkeypatch.setattr(metadata, "distribution", lambda name: installed)
    assert delivery.delivery_format() == expected


def test_a_package_says_its_format(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIPWAYS_FORMAT", "deb-bundled")
    assert delivery.delivery_format() == "deb-bundled"


@pytest.mark.django_db
def test_about_page_escapes_what_it_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIPWAYS_FORMAT", "<b>deb")
    assert "&lt;b&gt;deb" in client.get("/about").content.decode()


@pytest.mark.django_db
def test_about_page_has_every_fact(client: Client) -> None:
    page = client.get("/about")
    assert page.headers["Content-Type"].startswith("text/html")
    text = html.unescape(page.content.decode())
    for value in delivery.facts().values():
        assert value in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "accept"), [("?format=json", "text/html"), ("", "application/json")]
)
def test_about_as_json(client: Client, query: str, accept: str) -> None:
    facts = client.get(f"/about{query}", headers={"Accept": accept}).json()
    assert facts["version"] == __version__
    assert facts["django"] == django.get_version()
    assert facts["database"].startswith("SQLite 3.")
    assert set(facts) >= {"format", "python", "user", "state_directory"}


def test_a_user_number_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 54321)
    assert delivery.user() == "54321"


def test_the_version_is_that_of_pyproject() -> None:
    pyproject = Path(__file__).resolve().parent.parent / "pyproject.toml"
    assert f'\nversion = "{__version__}"\n' in pyproject.read_text()
