"""Locking with uv: what it is told, what comes of it, and why there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from packaging.pylock import Pylock
from packaging.requirements import Requirement

from shipways.errors import BuildError, LockMismatch
from shipways.project import locks
from shipways.project.locks import base, uv
from shipways.project.locks.base import Indexes
from tests.project.locks.conftest import COMMON, PEBBLE, names

Made = Callable[[str], Path]


class FakeUv:
    """Gives the lock that uv made of the project `garden`, and keeps what it was asked."""

    def __init__(self, result: str, error: str = "") -> None:
        self.result, self.error = result, error
        self.argv: list[str] = []
        self.asked: list[str] = []
        self.limits: list[str] = []

    def __call__(self, argv: Sequence[str | Path], **options: Any) -> None:
        self.argv = list(map(str, argv))
        assert options["timeout"]
        assert options["env"]["UV_PYTHON_DOWNLOADS"] == "never"
        self.asked = Path(self.argv[-1]).read_text().splitlines()
        self.limits = Path(self._value("--constraint")).read_text().splitlines()
        if self.error:
            raise BuildError(self.error)
        Path(self._value("--output-file")).write_text(self.result)

    def _value(self, option: str) -> str:
        return next(word for word in self.argv if word.startswith(f"{option}=")).partition("=")[2]


@pytest.fixture
def fake(made: Made, monkeypatch: pytest.MonkeyPatch) -> FakeUv:
    fake = FakeUv((made("uv") / "pylock.toml").read_text())
    monkeypatch.setattr(uv, "run", fake)
    return fake


def test_what_uv_is_asked(tmp_path: Path, fake: FakeUv) -> None:
    indexes = Indexes("https://user:word@example.org/simple")
    locked = locks.lock(
        tmp_path,
        ["django>=5"],
        ">=3.11,<3.14",
        ["gunicorn"],
        constraints=["six<2"],
        indexes=indexes,
    )
    assert fake.asked == ["django>=5", "gunicorn"]
    assert fake.limits == ["six<2"]
    assert {"--universal", "--python-version=3.11", indexes.options[0]} <= set(fake.argv)
    assert locked.inputs == ("+ gunicorn", "-c six<2", "django>=5")


def test_what_is_kept_is_read_again(tmp_path: Path, fake: FakeUv) -> None:
    locked = locks.lock(tmp_path, ["django>=5"], ">=3.10")
    again = locks.find(tmp_path, locks.KEPT)
    assert again.pins == locked.pins
    assert (again.inputs, again.requires_python) == (("django>=5",), ">=3.10")
    assert again.again == "remove shipways.lock and build again"
    Pylock.from_dict(base.table(tmp_path / locks.KEPT))
    assert [path.name for path in tmp_path.glob("*lock*")] == [locks.KEPT]
    assert "word" not in (tmp_path / locks.KEPT).read_text()


def test_why_there_is_no_solution(tmp_path: Path, fake: FakeUv) -> None:
    fake.error = (
        "Because django<=6 is available …\nThe command was: uv --index-url=https://a:word@b"
    )
    with pytest.raises(
        LockMismatch, match=r"shipways\.lock cannot be made: Because django"
    ) as caught:
        locks.lock(tmp_path, ["django>=999"], ">=3.10")
    assert "word" not in str(caught.value)
    assert not (tmp_path / locks.KEPT).exists()


def test_nothing_to_add(made: Made, fake: FakeUv) -> None:
    root = made("poetry")
    locked = locks.find(root, extras=("server",))
    assert locks.complete(locked, root, ">=3.10", ["gunicorn>=22"]) is locked
    assert not fake.argv


def test_the_server_is_added_to_what_is_locked(made: Made, fake: FakeUv) -> None:
    """Versions and hashes stay; addresses of files come from uv."""
    root = made("poetry")
    locked = locks.find(root)
    done = locks.complete(locked, root, ">=3.10", ["gunicorn>=22", "django"])
    assert {"django==5.2.19", f"pebble @ {PEBBLE}", "gunicorn>=22"} <= set(fake.asked)
    assert names(done) >= {*COMMON, "gunicorn"}
    before = {(pin.name, pin.version): pin.hashes for pin in locked.pins}
    assert before.items() <= {(pin.name, pin.version): pin.hashes for pin in done.pins}.items()
    assert locks.find(root, locks.KEPT).pins
    locks.check(locks.find(root, locks.KEPT), ">=3.10", locked)


def test_what_is_not_locked_is_locked_with_the_server(tmp_path: Path, fake: FakeUv) -> None:
    (tmp_path / "requirements.txt").write_text("django\nWhitenoise>=6\n-c limits.txt\n")
    (tmp_path / "limits.txt").write_text("six<2\n")
    locks.complete(locks.find(tmp_path), tmp_path, ">=3.10", ["whitenoise", "gunicorn"])
    assert (fake.asked, fake.limits) == (["django", "Whitenoise>=6", "gunicorn"], ["six<2"])


@pytest.mark.process
def test_locks_with_uv_itself(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("asgiref>=3.8,<4\n")
    source = locks.find(tmp_path)
    locked = locks.complete(source, tmp_path, ">=3.10", ["sqlparse"])
    assert {"asgiref", "sqlparse", "typing-extensions"} >= names(locked) >= {"asgiref", "sqlparse"}
    assert locked.is_locked
    kept = locks.find(tmp_path, locks.KEPT)
    assert kept.pins == locked.pins
    locks.check(kept, ">=3.10", source)


@pytest.mark.process
def test_uvs_reason_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(LockMismatch, match="asgiref>=999") as caught:
        locks.lock(tmp_path, [Requirement("asgiref>=999")], ">=3.10")
    assert len(caught.value.message.splitlines()) == 1
