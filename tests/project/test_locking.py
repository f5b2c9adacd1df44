"""What an application depends on: whose lock it is, and when one is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shipways.errors import LockMismatch
from shipways.project import locking, locks
from shipways.project.locking import Wanted
from tests.project.sites import write

HASHED = "".join(
    f"{line} --hash=sha256:{'a' * 64}\n" for line in ("django==5.2.1", "gunicorn==23.0.0")
)


def test_what_serves_it() -> None:
    assert locking.server("wsgi", ()) == ("gunicorn>=23", "whitenoise>=6.6", "psycopg>=3.1.8")
    assert locking.server("asgi", ("Psycopg2",)) == (
        "uvicorn>=0.34", "websockets>=13", "whitenoise>=6.6"
    )  # fmt: skip
    assert "whitenoise>=6.6" not in locking.server("wsgi", (), static=False)


def test_a_lock_that_holds_all_is_taken_as_it_is(tmp_path: Path) -> None:
    root = write(tmp_path, {"requirements.txt": HASHED})
    kept = root / "shipways.lock"
    found = locking.resolve(root, kept, Wanted(server=("gunicorn>=23",)))
    assert "django==5.2.1" in found.lock
    assert not kept.exists()


def test_what_lacks_the_server_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path, {"requirements.txt": HASHED})
    asked: list[Any] = []

    def complete(locked: locks.Locked, *more: Any, **named: Any) -> locks.Locked:
        asked.append((more, named))
        return locked

    monkeypatch.setattr(locks, "complete", complete)
    with pytest.raises(LockMismatch, match=r"does not hold uvicorn>=0\.34, which serves"):
        locking.resolve(root, root / "shipways.lock", Wanted(server=("uvicorn>=0.34",)))
    assert asked == [((root, ">=3.10", ("uvicorn>=0.34",)), {"to": root / "shipways.lock"})]


def test_what_the_configuration_states_wins(tmp_path: Path) -> None:
    root = write(tmp_path, {"requirements.txt": "django==4.2\n"})
    stated = Wanted(direct=("django~=5.2",), is_stated=True)
    found = locking.find(root, root / "shipways.lock", stated)
    assert [str(one) for one in found.direct] == ["django~=5.2"]
    other = locking.find(root, root / "shipways.lock", Wanted(direct=("django~=5.2",)))
    assert [str(one) for one in other.direct] == ["django==4.2"]


def test_what_is_only_assumed_is_taken_where_nothing_says_more(tmp_path: Path) -> None:
    found = locking.find(tmp_path, tmp_path / "shipways.lock", Wanted(direct=("django~=5.2",)))
    assert (found.kind, found.is_locked) == (locking.STATED, False)


def test_where_nothing_is_known_at_all(tmp_path: Path) -> None:
    with pytest.raises(LockMismatch, match="nothing says what the project depends on"):
        locking.find(tmp_path, tmp_path / "shipways.lock", Wanted())
