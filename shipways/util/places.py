"""Places that are read and written: what stands there has to be of the right kind.

A file where a folder belongs, a link to nothing or a pipe is told with its path and the next step,
before anything is read from it (a pipe would be waited for) or written.
"""

from __future__ import annotations

import stat
from pathlib import Path

from shipways.errors import UsageError

LARGEST = 64 * 1024 * 1024  # bytes; no file that is read whole comes near it
MOVE = "Move it away, or name another place."
KINDS = (
    (stat.S_ISREG, "a file"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def kind(path: Path) -> str:
    """What stands there, links followed, such as "a file"; "" for nothing at all."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "a link to nothing" if path.is_symlink() else ""
    except OSError:
        if not path.is_symlink():
            raise
        return "a link that cannot be followed"
    return next(name for is_it, name in KINDS if is_it(mode))


def expect(path: Path, wanted: str, hint: str = MOVE) -> Path:
    """Nothing is there, or "a file", or "a folder", as wanted. Raises `UsageError` otherwise."""
    found = kind(path)
    if found not in ("", wanted):
        raise UsageError(f"{path} is {found}, and has to be {wanted}.", hint=hint)
    return path


def folder(path: Path, hint: str = MOVE) -> Path:
    """Make a folder, unless it is there. Raises `UsageError` where something else is in the way."""
    passable(path, hint).mkdir(parents=True, exist_ok=True)
    return path


def passable(path: Path, hint: str = MOVE) -> Path:
    """A folder is there or can be made. Raises `UsageError` where something else is in the way."""
    for place in (path, *path.parents):
        expect(place, "a folder", hint)
    return path


def read(path: Path, hint: str = MOVE) -> bytes:
    """A file's content. Raises `FileNotFoundError` where there is nothing, else `UsageError`."""
    if (size := expect(path, "a file", hint).stat().st_size) > LARGEST:
        raise UsageError(f"{path} is too large, {size:,} bytes.", hint="Is it the right file?")
    return path.read_bytes()


def text(path: Path, hint: str = MOVE) -> str:
    """The same as text, UTF-8 with or without a byte order mark; what is wrong is told by place."""
    content = read(path, hint)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].rpartition(b"\n")
        line, column = content.count(b"\n", 0, error.start) + 1, len(before[2]) + 1
        raise UsageError(
            f"{path} is not UTF-8: byte 0x{content[error.start]:02X} at line {line}, "
            f"column {column}.",
            hint="Save it as UTF-8.",
        ) from None


def resolved(path: Path) -> Path:
    """The path without links. Raises `UsageError` for links that lead back to themselves."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # RuntimeError before Python 3.13
        raise UsageError(
            f"{path} is a link that leads back to itself.", hint="Remove it."
        ) from None
