"""A file added to a finished wheel: installers accept it, the bytes are always the same."""

from __future__ import annotations

import zipfile
from pathlib import Path

from installer.sources import WheelFile

from shipways.inputs.wheel_metadata import attach
from shipways.util.measure import sha256
from tests.inputs.wheel_maker import make_wheel

EPOCH = 1700000000
NAME = "sboms/a.cdx.json"
INSIDE = f"a-1.0.dist-info/{NAME}"


def made(folder: Path, *contents: bytes) -> Path:
    wheel = make_wheel(folder, "a", {"a/one.py": "x = 1\n"})
    for content in contents:
        attach(wheel, NAME, content, EPOCH)
    return wheel


def test_record_fits_what_is_there(tmp_path: Path) -> None:
    wheel = made(tmp_path, b"{}")
    with WheelFile.open(wheel) as opened:
        opened.validate_record()
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read(INSIDE) == b"{}"
        assert archive.namelist()[-1] == "a-1.0.dist-info/RECORD"
        assert archive.getinfo(INSIDE).external_attr >> 16 == 0o100644
        assert archive.getinfo(INSIDE).date_time == (2023, 11, 14, 22, 13, 20)


def test_what_was_there_stays_as_it_was(tmp_path: Path) -> None:
    before, after = made(tmp_path / "before"), made(tmp_path / "after", b"{}")
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after) as new:
        for info in old.infolist():
            if not info.filename.endswith("RECORD"):
                assert new.read(info.filename) == old.read(info.filename)


def test_one_of_that_name_is_replaced(tmp_path: Path) -> None:
    wheel = made(tmp_path, b"old", b"new")
    with zipfile.ZipFile(wheel) as archive:
        assert archive.namelist().count(INSIDE) == 1
        assert archive.read(INSIDE) == b"new"
        assert archive.read("a-1.0.dist-info/RECORD").decode().count(INSIDE) == 1
    assert list(tmp_path.iterdir()) == [wheel]


def test_same_bytes_every_time(tmp_path: Path) -> None:
    wheel = made(tmp_path, b"{}")
    first = sha256(wheel)
    attach(wheel, NAME, b"{}", EPOCH)
    assert sha256(wheel) == first


def test_no_time_before_what_a_zip_file_knows(tmp_path: Path) -> None:
    wheel = made(tmp_path)
    attach(wheel, NAME, b"{}", 0)
    with zipfile.ZipFile(wheel) as archive:
        assert archive.getinfo(INSIDE).date_time == (1980, 1, 1, 0, 0, 0)
