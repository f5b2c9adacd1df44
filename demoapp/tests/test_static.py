"""Static files: hashed names, cached for ever, collected only when they change."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from demoapp import statics
from demoapp.errors import Failure


@pytest.mark.django_db
def test_the_stylesheet_has_a_hashed_name_and_is_cached_for_ever(client: Client) -> None:
    found = re.search(
        r'href="(/static/board/style\.[0-9a-f]{12}\.css)"', str(client.get("/").content)
    )
    assert found
    response: Any = client.get(found[1])
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert b"--accent" in b"".join(response.streaming_content)
    response.close()


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of management commands that were called, and did nothing."""
    called: list[str] = []
    monkeypatch.setattr(statics, "call_command", lambda name, **_: called.append(name))
    return called


def test_collected_once(collected: list[str], settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    statics.collect()
    statics.collect()
    assert collected == ["collectstatic"]


def test_collected_again_for_another_version(
    collected: list[str], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    statics.collect()
    monkeypatch.setattr(statics, "__version__", "1.0.1")
    statics.collect()
    assert collected == ["collectstatic"] * 2


def test_a_full_directory_that_cannot_be_written_is_taken_as_it_is(
    collected: list[str], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").write_text("{}")
    monkeypatch.setattr("os.access", lambda path, mode: False)
    statics.collect()
    assert collected == []


def test_an_empty_one_is_an_error_that_names_the_variable(settings: Any, tmp_path: Path) -> None:
    (tmp_path / ".lock").mkdir()  # an open() that fails, also for root
    settings.STATIC_ROOT = tmp_path
    with pytest.raises(Failure, match="DEMOAPP_STATIC_ROOT: cannot collect static files"):
        statics.collect()


def test_the_root_is_in_the_state_directory() -> None:
    assert settings.STATIC_ROOT.parent == settings.STATE_DIR
