"""The state directory: everything that one installation writes, private to its user.

Files get mode 0600 and directories 0700, whatever the umask says.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from . import application
from .errors import BadSetting


def make_directory(path: Path) -> Path:
    """``path`` as a directory; one that is already there keeps its mode and owner."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        give(path)
    return path


def create_file(path: Path, content: str = "") -> None:
    """A new private file, on disk before this returns. Raises FileExistsError if it is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    give(path)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def lock(path: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold an exclusive lock; it ends with the process, so a crash cannot leave it behind.

    ``waiting`` is called every five seconds for as long as somebody else has it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    give(path)
    try:
        for attempt in range(1 << 30):
            with suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if attempt % 50 == 5:
                waiting()
            time.sleep(0.1)
        yield
    finally:
        os.close(descriptor)


def secret(path: Path, make: Callable[[], str]) -> str:
    """The secret in the file ``path``: made by whoever comes first, then only ever read.

    Written aside and renamed, so that nobody reads half of it. One that root makes belongs to the
    owner of the directory, who is the service's user.
    """
    try:
        if not path.exists():
            make_directory(path.parent)
            with lock(path.with_name(f"{path.name}.lock")):
                if not path.exists():
                    temporary = path.with_name(f"{path.name}.new")
                    temporary.unlink(missing_ok=True)
                    create_file(temporary, make() + "\n")
                    temporary.rename(path)
        value = path.read_text("utf-8").strip()
    except OSError as error:
        variable = f"{application.current().prefix}STATE_DIR"
        raise BadSetting(variable, f"cannot keep {path}: {error.strerror}") from error
    if not value:
        # A new one would end every session behind the administrator's back.
        raise BadSetting(str(path), "is empty; restore it, or delete it to get a new one")
    return value


def give(path: Path) -> None:
    """To the owner of the folder, where root makes something in another's."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
