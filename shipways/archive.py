"""Tar archives that come out byte for byte the same: sorted, owned by root, one time for all."""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path


def repack_sdist(sdist: Path, epoch: int) -> None:
    """Write a source distribution again: build backends leave times and owners in it."""
    with tempfile.TemporaryDirectory(dir=sdist.parent) as work:
        with tarfile.open(sdist) as archive:
            archive.extractall(work, filter="data")
        name = sdist.name.removesuffix(".tar.gz")
        content = io.BytesIO()
        write_tar(content, Path(work) / name, name, epoch)
        fresh = Path(work) / sdist.name
        with fresh.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=epoch) as file:
            file.write(content.getvalue())
        shutil.move(fresh, sdist)


def write_tar(file: io.BufferedIOBase | io.BytesIO, tree: Path, prefix: str, epoch: int) -> None:
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
