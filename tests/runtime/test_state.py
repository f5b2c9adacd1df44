"""What an installation writes: private files, and secrets that are made once."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from shipways_runtime import application, places, state
from shipways_runtime.errors import BadSetting

from tests.runtime import conftest


@pytest.fixture(autouse=True)
def _application(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "current", conftest.application)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_many_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    found: list[str] = []
    numbers = iter(range(100))
    path = tmp_path / "s" / "secrets" / "KEY"

    def read() -> None:
        found.append(state.secret(path, lambda: f"secret {next(numbers)}"))

    started = [threading.Thread(target=read) for _ in range(6)]
    for one in started:
        one.start()
    for one in started:
        one.join()
    assert found == ["secret 0"] * 6
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_secret_is_read_and_never_made_again(tmp_path: Path) -> None:
    path = tmp_path / "KEY"
    assert state.secret(path, lambda: "first") == "first"
    (tmp_path / "KEY.lock").unlink()
    assert state.secret(path, lambda: "second") == "first"
    assert not (tmp_path / "KEY.lock").exists()


def test_a_half_written_secret_is_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "KEY.new").write_text("hal")
    assert state.secret(tmp_path / "KEY", lambda: "whole") == "whole"


def test_an_empty_file_is_not_replaced_in_silence(tmp_path: Path) -> None:
    (tmp_path / "KEY").touch()
    with pytest.raises(BadSetting, match="is empty; restore it, or delete it"):
        state.secret(tmp_path / "KEY", lambda: "x")


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadSetting, match=r"^SITE_STATE_DIR: cannot keep .*/file/state/KEY: "):
        state.secret(tmp_path / "file" / "state" / "KEY", lambda: "x")


def test_the_default_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/srv/state")
    assert places.default_state() == Path("/srv/state/site")

    def no_home() -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(BadSetting, match="SITE_STATE_DIR: is not set, and this user has no home"):
        places.default_state()


def test_what_root_makes_belongs_to_the_folder_s_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[str, int]] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, user, _: given.append((Path(path).name, user)))
    state.secret(tmp_path / "secrets" / "KEY", lambda: "x")
    mine = tmp_path.stat().st_uid
    assert given == [("secrets", mine), ("KEY.lock", mine), ("KEY.new", mine)]
