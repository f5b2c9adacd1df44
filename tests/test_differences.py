"""What the tests of reproducibility say of two artifacts that differ."""

from __future__ import annotations

import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest

from shipways.formats.deb import ar
from tests.acceptance import differences


@pytest.fixture(autouse=True)
def _own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "find", lambda _: None)


def tar(content: bytes, mode: int = 0o644) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, text in (("same", b"same"), ("usr/bin/x", content)):
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(text), mode
            archive.addfile(info, io.BytesIO(text))
    return made.getvalue()


def made(folder: Path, kind: str, content: bytes, mode: int = 0o644) -> Path:
    folder.mkdir()
    path = folder / f"made.{kind}"
    if kind == "whl":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("same", "same")
            archive.writestr("usr/bin/x", content)
    elif kind == "tar.xz":
        path.write_bytes(lzma.compress(tar(content, mode)))
    elif kind == "deb":
        (folder / "data.tar").write_bytes(tar(content, mode))
        ar.pack(path, [folder / "data.tar"], 0)
    else:
        path.write_bytes(content)
    return path


@pytest.mark.parametrize("kind", ["whl", "tar.xz", "deb", "dsc"])
def test_first_member_that_differs(kind: str, tmp_path: Path) -> None:
    one, other = (made(tmp_path / name, kind, name.encode()) for name in ("aab", "aac"))
    (tmp_path / "work").mkdir()
    told = differences.first(one, other, tmp_path / "work")
    assert "byte 2: b'aab" in told
    assert ("usr/bin/x" in told) is (kind != "dsc")
    assert differences.first(one, one, tmp_path / "work") == ""


def test_a_mode_alone(tmp_path: Path) -> None:
    one, other = (made(tmp_path / oct(m), "tar.xz", b"x", m) for m in (0o644, 0o600))
    assert "'mode': 384" in differences.first(one, other, tmp_path)


def test_compression_alone(tmp_path: Path) -> None:
    one = made(tmp_path / "one", "tar.xz", b"x")
    other = made(tmp_path / "other", "tar.xz", b"x")
    other.write_bytes(lzma.compress(tar(b"x"), preset=0))
    assert "around its members" in differences.first(one, other, tmp_path)
