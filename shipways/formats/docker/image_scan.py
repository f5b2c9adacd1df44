"""What is in an image: read from its layers, as they lie over one another in a container."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

SHELLS = {"ash", "bash", "busybox", "dash", "sh", "zsh"}
MANAGERS = {"apk", "apt", "apt-get", "dnf", "dpkg", "microdnf", "rpm", "yum", "zypper"}
PROGRAM = re.compile(r"(usr/)?(local/)?s?bin/[^/]+")
PIP = re.compile(r"(.*/)?pip/__main__\.py")
WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"


@dataclass(frozen=True)
class Contents:
    """Counts, and whether there is what an intruder would use."""

    files: int  # regular ones
    shell: bool
    package_manager: bool
    pip: bool
    setuid_files: int  # setuid or setgid


def read(layers: Sequence[Path]) -> Contents:
    """The contents of an image with these layers (tar), the lowest first."""
    found: dict[str, tarfile.TarInfo] = {}
    for layer in layers:
        with tarfile.open(layer) as archive:
            _lay(found, archive)
    files = {name: info for name, info in found.items() if info.isreg() or info.islnk()}
    programs = {PurePosixPath(name).name for name in found if PROGRAM.fullmatch(name)}
    return Contents(
        files=len(files),
        shell=bool(programs & SHELLS),
        package_manager=bool(programs & MANAGERS),
        pip=any(map(PIP.fullmatch, files)),
        setuid_files=sum(bool(info.mode & 0o6000) for info in files.values()),
    )


def _lay(found: dict[str, tarfile.TarInfo], layer: tarfile.TarFile) -> None:
    """Lay a layer over what lower ones have; what it takes away is theirs, so that goes first.

    https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
    """
    members = {info.name.removeprefix("./").rstrip("/"): info for info in layer}
    for name in members:
        folder, _, last = name.rpartition("/")
        if last.startswith(WHITEOUT):
            gone = f"{folder}/{last.removeprefix(WHITEOUT)}".lstrip("/")
            below = f"{folder}/" if last == OPAQUE else f"{gone}/"
            for path in [path for path in found if path == gone or path.startswith(below)]:
                del found[path]
    for name, info in members.items():
        if not name.rpartition("/")[2].startswith(WHITEOUT):
            found[name] = info
