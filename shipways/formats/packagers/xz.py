"""xz, the program: packs smaller than what packagers have inside, in all versions alike."""

from __future__ import annotations

from pathlib import Path

from shipways.util.command import run

COMMAND = ("xz", "-6", "--threads=2", "--block-size=16MiB")  # the same bytes on any number of cores
TIMEOUT_S = 900


def pack(file: Path, log: Path) -> Path:
    """Put FILE.xz in the place of a file."""
    run([*COMMAND, file], timeout=TIMEOUT_S, log_file=log)
    return file.with_name(f"{file.name}.xz")


def again(packed: Path, log: Path) -> Path:
    """Compress FILE.xz once more."""
    run(["xz", "--decompress", packed], timeout=TIMEOUT_S, log_file=log)
    return pack(packed.with_suffix(""), log)
