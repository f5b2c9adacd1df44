"""The lock: what it has to hold, and that a wheel is the one it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipways import lock, project
from shipways.errors import HashMismatch, LockMismatch
from shipways.measure import sha256


def write(notes: Path, text: str) -> Path:
    path = notes / "requirements.lock"
    path.write_text(text)
    return path


def test_reads_names_versions_and_hashes(notes: Path) -> None:
    text = f"""\
# made by uv
--only-binary :all:
Django==5.2.1 \\
    --hash=sha256:{"a" * 64} \\
    --hash=sha256:{"b" * 64}
    # via notes
asgiref==3.8 ; python_version >= "3.8" --hash=sha256:{"c" * 64}  # why
"""
    django, asgiref = lock.read(write(notes, text))
    assert (django.name, django.version) == ("django", "5.2.1")
    assert django.hashes == {"a" * 64, "b" * 64}
    assert asgiref.name == "asgiref"


@pytest.mark.parametrize("line", ["django==5.2", "django>=5 --hash=sha256:" + "a" * 64, "=?"])
def test_line_that_is_not_locked(notes: Path, line: str) -> None:
    with pytest.raises(LockMismatch, match=r"requirements\.lock") as caught:
        lock.read(write(notes, line + "\n"))
    assert caught.value.exit_code == 2
    assert "--generate-hashes" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "says"), [("flask", "does not hold django"), ("django", "holds django 3.2")]
)
def test_lock_that_does_not_fit_the_project(notes: Path, name: str, says: str) -> None:
    found = project.load(notes)
    with pytest.raises(LockMismatch, match=says):
        lock.check_project(found, [lock.Locked(name, "3.2", frozenset())])


def test_wheel_with_one_byte_changed(tmp_path: Path) -> None:
    wheel = tmp_path / "django-5.2.1-py3-none-any.whl"
    wheel.write_bytes(b"content")
    good = [lock.Locked("django", "5.2.1", frozenset({sha256(wheel)}))]
    lock.check_wheelhouse([wheel], good)
    wheel.write_bytes(b"c0ntent")
    with pytest.raises(HashMismatch, match=r"django-5\.2\.1.*not the file that the lock names"):
        lock.check_wheelhouse([wheel], good)


UNIVERSAL = f"""\
django==4.2.1 ; python_version < "3" --hash=sha256:{"a" * 64}
django==5.2.1 ; python_version >= "3" \\
    --hash=sha256:{"b" * 64}
old==1.0 ; python_version < "3" --hash=sha256:{"c" * 64}
"""


def test_universal_lock_has_several_lines_for_a_name(notes: Path) -> None:
    locked = lock.read(write(notes, UNIVERSAL))
    assert [(entry.version, entry.applies) for entry in locked] == [
        ("4.2.1", False), ("5.2.1", True), ("1.0", False),
    ]  # fmt: skip
    lock.check_project(project.load(notes), locked)


@pytest.mark.parametrize("order", [1, -1])
def test_wheel_of_the_line_that_applies(notes: Path, tmp_path: Path, order: int) -> None:
    wheel = tmp_path / "django-5.2.1-py3-none-any.whl"
    wheel.write_bytes(b"content")
    text = UNIVERSAL.replace("b" * 64, sha256(wheel))
    locked = lock.read(write(notes, text))[::order]
    lock.check_wheelhouse([wheel], locked)
    swapped = lock.read(write(notes, text.replace("<", "~").replace(">=", "<").replace("~", ">=")))
    with pytest.raises(HashMismatch, match="not the file that the lock names"):
        lock.check_wheelhouse([wheel], swapped[::order])
