"""Where two artifacts differ: the first member that is not the same in both."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path

from shipways.formats.deb.ar import unpack
from shipways.util.command import find, run

DIFFOSCOPE = ("diffoscope", "--text=-", "--max-text-report-size=4000", "--no-progress")
Parts = Iterator[tuple[str, object, bytes]]  # name, all that is said of it, content


def first(one: Path, other: Path, work: Path) -> str:
    """A few words on it; "" where they are the same. `work` is an empty folder."""
    if one.read_bytes() == other.read_bytes():
        return ""
    if find("diffoscope"):
        return run([*DIFFOSCOPE, one, other], timeout=120, check=False).output
    for number, (left, right) in enumerate(zip_longest(_parts(one, work), _parts(other, work))):
        if left != right:
            where = f"{one.name}, part {number}"
            if not left or not right:
                return f"{where}: {(left or right)[:2]} is in one only"
            if left[:2] != right[:2]:
                return f"{where}: {left[:2]} and {right[:2]}"
            return f"{where}, {left[0]}: {_first_byte(left[2], right[2])}"
    return f"{one.name}: {_first_byte(one.read_bytes(), other.read_bytes())}, around its members"


def _first_byte(left: bytes, right: bytes) -> str:
    pairs = enumerate(zip_longest(left, right))
    at = next((index for index, (one, other) in pairs if one != other), 0)
    start = max(0, at - 16)
    return f"byte {at}: {left[start : at + 32]!r} and {right[start : at + 32]!r}"


def _parts(path: Path, work: Path) -> Parts:
    kinds: dict[str, Callable[[Path, Path], Parts]] = {
        ".whl": _zip, ".deb": _deb, ".rpm": _rpm, ".gz": _tar, ".xz": _tar, ".tar": _tar,
    }  # fmt: skip
    yield from kinds.get(path.suffix, _plain)(path, work)


def _plain(path: Path, _: Path) -> Parts:
    yield path.name, "", path.read_bytes()


def _zip(path: Path, _: Path) -> Parts:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            said = (info.date_time, info.external_attr, info.create_system, info.compress_size)
            yield info.filename, said, archive.read(info)


def _tar(path: Path, work: Path) -> Parts:
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isreg() else None
            content = file.read() if file else b""
            said = {k: v for k, v in member.get_info().items() if k not in ("name", "chksum")}
            yield member.name, said, content


def _deb(path: Path, work: Path) -> Parts:
    folder = work / f"{path.parent.name}-{path.stem}-{len(list(work.iterdir()))}"
    folder.mkdir()
    for member in unpack(path, folder):
        yield from _parts(member, work)
        yield member.name, "", member.read_bytes()


def _rpm(path: Path, _: Path) -> Parts:
    """Its header's tags; rpm takes the path for a pattern, so it gets the name alone."""
    argv = ["rpm", "--query", "--xml", "--package", path.name]
    for number, line in enumerate(run(argv, timeout=60, cwd=path.parent).output.splitlines()):
        yield f"header, line {number}", "", line.encode()
