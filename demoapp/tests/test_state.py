"""What an installation writes: private files, and one secret key for ever."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from demoapp import state
from demoapp.environment import BadSetting
from running import demoapp, environment

PRINT_KEY = "from demoapp import settings; print(settings.SECRET_KEY)"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_many_processes_at_once_agree_on_one_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PRINT_KEY]
    started = [
        subprocess.Popen(command, env=environment(tmp_path / "s", {}), stdout=subprocess.PIPE)
        for _ in range(6)
    ]
    keys = {process.communicate(timeout=30)[0].strip() for process in started}
    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert mode(tmp_path / "s") == 0o700
    assert mode(tmp_path / "s" / "secret_key") == 0o600


def test_the_key_is_read_and_never_made_again(tmp_path: Path) -> None:
    key = state.secret_key(tmp_path)
    (tmp_path / "secret_key.lock").unlink()
    assert state.secret_key(tmp_path) == key
    assert not (tmp_path / "secret_key.lock").exists()


def test_a_half_written_key_is_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "secret_key.new").write_text("hal")
    assert len(state.secret_key(tmp_path)) == 50


def test_an_empty_key_file_is_not_replaced_in_silence(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    with pytest.raises(ImproperlyConfigured, match="is empty; restore it, or delete it"):
        state.secret_key(tmp_path)


def test_a_state_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = demoapp("check", state_dir=tmp_path / "file" / "state")
    assert done.returncode == 2
    assert done.stderr.startswith("demoapp: DEMOAPP_STATE_DIR: cannot keep a secret key in")
    assert done.stderr.count("\n") == 1


def test_a_user_without_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(BadSetting, match="DEMOAPP_STATE_DIR: is not set, and this user has no"):
        state.default_directory()


def test_xdg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/srv/state")
    assert state.default_directory() == Path("/srv/state/demoapp")


def test_the_database_is_private_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        assert demoapp("migrate", "-v0", state_dir=tmp_path / "s").returncode == 0
    finally:
        os.umask(old)
    assert mode(tmp_path / "s") == 0o700
    assert mode(tmp_path / "s" / "db.sqlite3") == 0o600
