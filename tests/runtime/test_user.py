"""Root becomes the user to whom the state directory belongs."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from shipways_runtime import user

NOBODY = 65534


@pytest.mark.process
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another")
@pytest.mark.parametrize("number", [NOBODY, 54321])  # with a name, and without one
def test_root_gives_up_its_rights_for_good(number: int, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    os.chown(state, number, number)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.chdir(state)
            assert user.become(state)
            Path("file").touch()
            assert set(os.getgroups()) <= {number}
            with pytest.raises(PermissionError):
                os.setuid(0)
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0
    assert (state / "file").stat().st_uid == number


def test_who_is_not_root_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "setuid", lambda number: pytest.fail("changed the user"))
    assert user.become(tmp_path)
    assert user.become(tmp_path / "not made yet")


def test_a_right_that_was_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "setgroups", refused)
    monkeypatch.setattr(os, "initgroups", refused)
    monkeypatch.setattr(Path, "stat", lambda path: SimpleNamespace(st_uid=NOBODY, st_gid=NOBODY))
    assert not user.become(tmp_path)


def test_the_folder_in_which_it_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert user.where() == tmp_path
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert user.where() == Path("/") == Path.cwd()
