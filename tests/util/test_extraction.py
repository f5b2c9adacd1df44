"""What is taken out of a tar archive stays in its folder, on Pythons with and without PEP 706."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
from pathlib import Path

import pytest

from shipways.errors import BuildError
from shipways.util.extraction import Rule, extract
from shipways.util.reproducible_tar import gzipped

HARD, SOFT = tarfile.LNKTYPE, tarfile.SYMTYPE


def packed(tmp_path: Path, *members: tuple[str, bytes, str, int]) -> Path:
    """An archive of members: name, kind, where it links to, mode."""
    path = tmp_path / "made.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, kind, link, mode in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.mode = kind, link, mode
            info.size = 1 if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(b"x") if info.size else None)
    return path


@pytest.mark.parametrize(
    ("name", "kind", "link"),
    [
        ("../out", tarfile.REGTYPE, ""),
        ("a/../../out", tarfile.REGTYPE, ""),
        ("link", SOFT, "../out"),
        ("link", SOFT, "/etc/passwd"),
        ("a/link", SOFT, "../../out"),
        ("link", HARD, "../out"),
        ("link", HARD, "/etc/passwd"),
        ("device", tarfile.CHRTYPE, ""),
        ("device", tarfile.BLKTYPE, ""),
        ("pipe", tarfile.FIFOTYPE, ""),
    ],
)
def test_what_leads_out_is_refused(name: str, kind: bytes, link: str, tmp_path: Path) -> None:
    archive = packed(tmp_path, (name, kind, link, 0o644))
    (tmp_path / "in").mkdir()
    with pytest.raises(BuildError, match=r"made\.tar\.gz cannot be unpacked: "):
        extract(archive, tmp_path / "in")
    assert {path.name for path in tmp_path.iterdir()} == {"in", "made.tar.gz"}
    assert not list((tmp_path / "in").iterdir())


@pytest.mark.parametrize("rule", ["data", "tar"])
def test_a_link_that_leads_out_is_not_followed(rule: Rule, tmp_path: Path) -> None:
    """It is there already, as where an earlier package of a system has brought it."""
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out")
    archive = packed(tmp_path, ("link/file", tarfile.REGTYPE, "", 0o644))
    with pytest.raises(BuildError):
        extract(archive, tmp_path / "in", rule=rule)
    assert not list((tmp_path / "out").iterdir())


def test_absolute_names_become_relative(tmp_path: Path) -> None:
    extract(packed(tmp_path, ("/a", tarfile.REGTYPE, "", 0o644)), tmp_path / "in")
    assert (tmp_path / "in" / "a").read_bytes() == b"x"


@pytest.mark.parametrize(
    ("rule", "packed_as", "there"),
    [
        ("data", 0o4777, 0o755),
        ("data", 0o2640, 0o640),
        ("data", 0o000, 0o600),
        ("data", 0o611, 0o600),
        ("tar", 0o4755, 0o755),
        ("tar", 0o6777, 0o755),
    ],
)
def test_modes(rule: Rule, packed_as: int, there: int, tmp_path: Path) -> None:
    extract(packed(tmp_path, ("a", tarfile.REGTYPE, "", packed_as)), tmp_path / "in", rule=rule)
    assert (tmp_path / "in" / "a").stat().st_mode & 0o7777 == there


def test_a_system_keeps_its_absolute_links(tmp_path: Path) -> None:
    archive = packed(tmp_path, ("etc/link", SOFT, "/usr/bin/x", 0o777))
    extract(archive, tmp_path / "in", rule="tar")
    assert (tmp_path / "in/etc/link").readlink() == Path("/usr/bin/x")


def test_only_what_is_named(tmp_path: Path) -> None:
    members = [(name, tarfile.REGTYPE, "", 0o644) for name in ("./a", "./b")]
    extract(packed(tmp_path, *members), tmp_path / "in", {"./b"})
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["b"]


def test_what_is_no_archive_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_text("no archive")
    with pytest.raises(BuildError, match=r"a\.tar cannot be unpacked"):
        extract(tmp_path / "a.tar", tmp_path / "in")


@pytest.mark.parametrize("content", [b"", b"text", bytes(range(256)) * 4096])
@pytest.mark.parametrize("time", [0, 1_700_000_000, 2**33])
def test_gzip_header_is_written_here(content: bytes, time: int) -> None:
    """RFC 1952, 2.3: no name, no system, one time."""
    made = gzipped(content, time)
    assert gzip.decompress(made) == content
    assert made[:10] == b"\x1f\x8b\x08\x00" + struct.pack("<L", min(time, 2**32 - 1)) + b"\x02\xff"
