"""Static files: collected only when they change."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from shipways_runtime import application, statics
from shipways_runtime.errors import Failure

from tests.runtime import conftest


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apps = ["django.contrib.staticfiles"]
    stated = SimpleNamespace(STATIC_ROOT=str(tmp_path / "static"), INSTALLED_APPS=apps)
    monkeypatch.setattr(statics, "settings", stated)
    deliver(monkeypatch)


def deliver(monkeypatch: pytest.MonkeyPatch, **keys: Any) -> None:
    monkeypatch.setattr(application, "current", lambda: conftest.application(**keys))


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of management commands that were called, and did nothing."""
    called: list[str] = []
    monkeypatch.setattr(statics, "call_command", lambda name, **_: called.append(name))
    monkeypatch.setattr(statics, "get_finders", list)
    return called


def test_collected_once(collected: list[str]) -> None:
    statics.collect()
    statics.collect()
    assert collected == ["collectstatic"]


def test_collected_again_for_another_version(
    collected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    statics.collect()
    deliver(monkeypatch, version="1.0.1")
    statics.collect()
    assert collected == ["collectstatic"] * 2


@pytest.mark.parametrize("static", ["own", "none"])
def test_what_the_project_does_itself(
    static: str, collected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(monkeypatch, static=static)
    statics.collect()
    assert collected == []


def test_a_full_directory_that_cannot_be_written_is_taken_as_it_is(
    collected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "a.css").touch()
    monkeypatch.setattr("os.access", lambda path, mode: False)
    statics.collect()
    assert collected == []


def test_an_empty_one_is_an_error_that_names_the_variable(
    collected: list[str], tmp_path: Path
) -> None:
    (tmp_path / "static" / ".lock").mkdir(parents=True)  # an open() that fails, also for root
    with pytest.raises(Failure, match="SITE_STATIC_ROOT: cannot collect static files"):
        statics.collect()
