"""The outer archive of a .deb: ar members debian-binary, control.tar and data.tar (deb(5))."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from shipways.errors import BuildError

MAGIC = b"!<arch>\n"
HEADER_BYTES = 60
CHUNK_BYTES = 1 << 20


def unpack(deb: Path, folder: Path) -> tuple[Path, ...]:
    """Write each member to `folder`, in their order. Raises `BuildError` where this is no .deb."""
    paths = []
    with deb.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise BuildError(f"{deb.name} is no .deb: it does not begin with {MAGIC!r}.")
        while header := file.read(HEADER_BYTES):
            if len(header) != HEADER_BYTES or header[58:] != b"`\n":
                raise BuildError(f"{deb.name} is damaged at byte {file.tell() - len(header)}.")
            path = folder / header[:16].decode("ascii").strip().rstrip("/")
            size = int(header[48:58])
            _copy(file, path, size)
            file.seek(size % 2, 1)
            paths.append(path)
    return tuple(paths)


def pack(deb: Path, members: Sequence[Path], epoch: int) -> None:
    """Write a .deb of these files, owned by root, all of one time."""
    with deb.open("wb") as out:
        out.write(MAGIC)
        for path in members:
            size = path.stat().st_size
            out.write(f"{path.name:<16}{epoch:<12}{0:<6}{0:<6}{'100644':<8}{size:<10}`\n".encode())
            with path.open("rb") as member:
                shutil.copyfileobj(member, out, CHUNK_BYTES)
            out.write(b"\n" * (size % 2))


def _copy(file: IO[bytes], path: Path, size: int) -> None:
    with path.open("wb") as out:
        while size:
            chunk = file.read(min(size, CHUNK_BYTES))
            if not chunk:
                raise BuildError(f"{path.name} ends too early.")
            out.write(chunk)
            size -= len(chunk)
