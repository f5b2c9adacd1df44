"""Adds a file to the metadata of a finished wheel, RECORD and all; the same bytes every time."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import time
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from shipways.util.text import decode

EARLIEST = 315532800  # 1980-01-01: a zip file knows no time before


def attach(wheel: Path, name: str, content: bytes, epoch: int) -> None:
    """Put `content` into the wheel as `name` below its .dist-info, in place of one of that name.

    The other members stay as they are; RECORD comes last, as PEP 427 recommends.
    """
    fresh = wheel.with_name(f"{wheel.name}.new")
    with ZipFile(wheel) as old, ZipFile(fresh, "w") as new:
        record = next(n for n in old.namelist() if n.endswith(".dist-info/RECORD"))
        path = f"{record.rpartition('/')[0]}/{name}"
        for member in old.infolist():
            if member.filename not in (record, path):
                new.writestr(member, old.read(member))
        new.writestr(_member(path, epoch), content)
        rows = _with_entry(decode(old.read(record)), path, content)
        new.writestr(old.getinfo(record), rows)
    fresh.replace(wheel)


def _member(path: str, epoch: int) -> ZipInfo:
    info = ZipInfo(path, time.gmtime(max(epoch, EARLIEST))[:6])
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o100644 << 16
    info.create_system = 3  # Unix, whose modes these are
    return info


def _with_entry(record: str, path: str, content: bytes) -> str:
    """RECORD (PEP 376) with the entry of one file; its own line, which has no hash, stays last."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    rows = [row for row in csv.reader(io.StringIO(record)) if row and row[0] != path]
    rows.insert(len(rows) - 1, [path, f"sha256={digest}", str(len(content))])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
