"""Archives that come out byte for byte the same, whichever Python writes them.

A tar is sorted, owned by root, and of one time for all. gzip's header is written here, since Python
3.11 and 3.13 put different bytes into it, and cut what they compress into other pieces.
"""

from __future__ import annotations

import io
import struct
import tarfile
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from shipways.util.extraction import extract

CHUNK_BYTES = 1 << 20
_DEFLATE, _SMALLEST, _UNKNOWN_SYSTEM = 8, 2, 255  # RFC 1952, 2.3.1: CM, XFL and OS
_MAX = 0xFFFFFFFF  # of its 32-bit fields


def repack_sdist(sdist: Path, epoch: int) -> None:
    """Write a source distribution again: build backends leave times and owners in it."""
    with tempfile.TemporaryDirectory(dir=sdist.parent) as work:
        extract(sdist, Path(work))
        name = sdist.name.removesuffix(".tar.gz")
        content = io.BytesIO()
        write_tar(content, Path(work) / name, name, epoch)
        fresh = Path(work) / sdist.name
        fresh.write_bytes(gzipped(content.getvalue(), epoch))
        fresh.replace(sdist)


def gzipped(content: bytes, time: int = 0) -> bytes:
    """`content` as a gzip member of the smallest kind; `time` in seconds since 1970."""
    made = io.BytesIO()
    gzip(io.BytesIO(content), made, time)
    return made.getvalue()


def gzip(source: IO[bytes], target: IO[bytes], time: int = 0, level: int = 9) -> None:
    """Write a gzip member (RFC 1952) without a name; its pieces are as large on every Python."""
    head = (0x8B1F, _DEFLATE, 0, min(time, _MAX), _SMALLEST if level == 9 else 0, _UNKNOWN_SYSTEM)
    target.write(struct.pack("<HBBLBB", *head))
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    size = check = 0
    while chunk := source.read(CHUNK_BYTES):
        size, check = size + len(chunk), zlib.crc32(chunk, check)
        target.write(packer.compress(chunk))
    target.write(packer.flush() + struct.pack("<LL", check, size & _MAX))


def write_tar(file: IO[bytes], tree: Path, prefix: str, epoch: int) -> None:
    """Write `tree` under `prefix` as an uncompressed tar (POSIX pax only where names need it)."""
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in _sorted(tree):
            name = Path(prefix) / path.relative_to(tree)
            info = archive.gettarinfo(path, str(name))
            info.uid = info.gid = 0
            info.uname = info.gname = "root"
            info.mtime = epoch
            info.mode = 0o755 if path.is_dir() or info.mode & 0o100 else 0o644
            if info.isreg():
                with path.open("rb") as content:
                    archive.addfile(info, content)
            else:
                archive.addfile(info)


def _sorted(tree: Path) -> Iterable[Path]:
    return (tree, *sorted(tree.rglob("*")))
