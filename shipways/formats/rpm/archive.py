"""An .rpm as a file: lead, signature header, header, payload; and the payload packed anew.

https://rpm-software-management.github.io/rpm/manual/format_v4.html
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from shipways.errors import BuildError

LEAD_BYTES = 96
MAGIC = b"\x8e\xad\xe8\x01"
ENTRY = struct.Struct(">4I")  # tag, type, offset, count
CHANGELOG_TEXT, PAYLOAD_DIGEST, COMPRESSOR = 1082, 5092, 1125
SHA1, SHA256, LONG_SIZE, SIZE, MD5 = 269, 273, 270, 1000, 1004  # in the signature header


@dataclass
class Header:
    """Tags and their values, as bytes: a value is changed for one of the same length."""

    intro: bytes  # magic, version, reserved
    index: bytes
    store: bytearray
    offsets: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.offsets = {tag: offset for tag, _, offset, _ in ENTRY.iter_unpack(self.index)}

    def text(self, tag: int) -> str:
        """The first string of a tag; "" where it is not there."""
        if tag not in self.offsets:
            return ""
        return self.store[self.offsets[tag] :].partition(b"\0")[0].decode("utf-8")

    def replace(self, tag: int, value: bytes) -> None:
        """Nothing where the tag is not there."""
        if tag in self.offsets:
            start = self.offsets[tag]
            self.store[start : start + len(value)] = value

    def __bytes__(self) -> bytes:
        sizes = struct.pack(">II", len(self.index) // ENTRY.size, len(self.store))
        return self.intro + sizes + self.index + self.store


def _read_header(file: IO[bytes], name: str) -> Header:
    intro, sizes = file.read(8), file.read(8)
    if intro[:4] != MAGIC or len(sizes) != 8:
        raise BuildError(f"{name} is no .rpm: it has no header at byte {file.tell() - 16}.")
    entries, store = struct.unpack(">II", sizes)
    return Header(intro, file.read(entries * ENTRY.size), bytearray(file.read(store)))


def _read(file: IO[bytes], name: str) -> tuple[bytes, Header, Header]:
    """Lead, signatures and header; the file stands at the payload then."""
    lead = file.read(LEAD_BYTES)
    signatures = _read_header(file, name)
    file.read(-file.tell() % 8)
    return lead, signatures, _read_header(file, name)


def changelog(rpm: Path) -> str:
    """The newest entry of the changelog; "" where there is none."""
    with rpm.open("rb") as file:
        return _read(file, rpm.name)[2].text(CHANGELOG_TEXT)


def repack(rpm: Path, again: Callable[[Path], Path]) -> None:
    """Have `again` compress the payload once more, by the same method, and put that in its place.

    It gets a file with the payload as it was, and gives one with the payload as it shall be.
    """
    with rpm.open("rb") as file:
        lead, signatures, header = _read(file, rpm.name)
        before = rpm.with_name(f"{rpm.name}.payload.{header.text(COMPRESSOR)}")
        before.write_bytes(file.read())
    payload = again(before).read_bytes()
    header.replace(PAYLOAD_DIGEST, hashlib.sha256(payload).hexdigest().encode())
    _sign(signatures, bytes(header), payload)
    signed = bytes(signatures)
    rpm.write_bytes(lead + signed + bytes(-len(signed) % 8) + bytes(header) + payload)


def _sign(signatures: Header, header: bytes, payload: bytes) -> None:
    """Sums and sizes over what follows the signature header."""
    size = len(header) + len(payload)
    signatures.replace(SHA256, hashlib.sha256(header).hexdigest().encode())
    signatures.replace(SHA1, hashlib.sha1(header, usedforsecurity=False).hexdigest().encode())
    signatures.replace(MD5, hashlib.md5(header + payload, usedforsecurity=False).digest())
    signatures.replace(SIZE, struct.pack(">I", size & 0xFFFFFFFF))
    signatures.replace(LONG_SIZE, struct.pack(">Q", size))
