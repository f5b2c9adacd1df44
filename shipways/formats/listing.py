"""The distributions that a finished file holds, by the names of the files in it.

Metadata of an installed distribution is NAME-VERSION.dist-info/METADATA, right in a folder that is
on Python's path (PEP 376, PEP 427); what lies deeper is some distribution's own copy of another.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import lzma
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from email.parser import HeaderParser
from pathlib import Path
from typing import IO, Any

import rpmfile
import zstandard
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from shipways.errors import BuildError
from shipways.formats.deb import ar
from shipways.inputs import wheel_file
from shipways.inputs.closure import Found
from shipways.util.text import decode

METADATA = ".dist-info/METADATA"
READERS: dict[str, Any] = {
    ".gz": gzip.open,
    ".tar": open,
    ".xz": lzma.open,
    ".zst": zstandard.open,
}


def installed(names: Iterable[str], *folders: str) -> list[Found]:
    """Distributions whose metadata is right in one of these folders, such as "usr/lib/x"."""
    infos = (name.removeprefix("./").lstrip("/") for name in names if name.endswith(METADATA))
    parts = (info.removesuffix(METADATA).rpartition("/") for info in infos)
    return [_found(stem) for folder, _, stem in parts if folder in folders]


def _found(stem: str) -> Found:
    name, _, version = stem.rpartition("-")
    try:
        return canonicalize_name(name), Version(version.replace("_", "-"))
    except InvalidVersion:
        raise BuildError(f"{stem}.dist-info is no name of a distribution's metadata.") from None


def in_tar(path: Path) -> Iterator[str]:
    """Names in a tar, which the ending of its name says how to read."""
    with READERS[path.suffix](path, "rb") as file, tarfile.open(fileobj=file, mode="r|") as archive:
        yield from (member.name for member in archive)


def in_deb(path: Path) -> Iterator[str]:
    """Names in the data.tar of a .deb (deb(5))."""
    with tempfile.TemporaryDirectory() as folder:
        members = ar.unpack(path, Path(folder))
        yield from in_tar(next(member for member in members if member.name.startswith("data.tar")))


def in_rpm(path: Path) -> Iterator[str]:
    """Names in the header of an .rpm: a folder and a base name for each file."""
    with rpmfile.open(path) as file:
        fields = file.headers
    folders = _several(fields.get("dirnames"))
    numbers, names = _several(fields.get("dirindexes")), _several(fields.get("basenames"))
    for number, name in zip(numbers, names, strict=True):
        yield decode(folders[number] + name)


def _several(value: Any) -> list[Any]:
    """rpmfile gives a value that stands alone as itself."""
    return [] if value is None else [*value] if isinstance(value, list | tuple) else [value]


def in_image(file: IO[bytes]) -> Iterator[str]:
    """Names in the layers of the first image in an archive for `docker load` (tar.gz)."""
    waiting: set[str] | None = None
    # gzip, since tarfile's own way knows one member only (RFC 1952, 2.2).
    with gzip.open(file) as plain, tarfile.open(fileobj=plain, mode="r|") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if member.name == "manifest.json" and content:
                waiting = set(json.load(content)[0]["Layers"])
            elif waiting and member.name in waiting and content:
                waiting.remove(member.name)
                with tarfile.open(fileobj=content, mode="r|") as layer:
                    yield from (inside.name for inside in layer)
            if waiting == set():
                return
    raise BuildError("The archive of the image is not whole.")


@contextlib.contextmanager
def member_of(path: Path, name: str) -> Iterator[IO[bytes]]:
    """A file in a tar.gz, to be read while it is open."""
    with tarfile.open(path, "r|gz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.name == name else None
            if content:
                yield content
                return
    raise BuildError(f"{path.name} is without {name}.")


def of_wheel(path: Path) -> list[Found]:
    """A wheel's own distribution."""
    wheel = wheel_file.read(path)
    return [(wheel.name, wheel.version)]


def of_sdist(path: Path) -> list[Found]:
    """The distribution whose source this is (PEP 625: PKG-INFO in the one folder)."""
    with tarfile.open(path) as archive:
        for member in archive:
            content = archive.extractfile(member) if _is_pkg_info(member.name) else None
            if content:
                fields = HeaderParser().parsestr(decode(content.read()))
                return [(canonicalize_name(fields["Name"]), Version(fields["Version"]))]
    return []


def _is_pkg_info(name: str) -> bool:
    return name.count("/") == 1 and name.endswith("/PKG-INFO")
