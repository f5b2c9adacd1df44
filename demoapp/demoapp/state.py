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

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from demoapp.environment import BadSetting


def default_directory() -> Path:
    """``$XDG_STATE_HOME/demoapp``, or ``~/.local/state/demoapp`` (XDG Base Directory 0.8)."""
    base = os.environ.get("XDG_STATE_HOME", "")
    try:
        return (Path(base) if os.path.isabs(base) else Path.home() / ".local/state") / "demoapp"
    except RuntimeError as error:
        raise BadSetting("DEMOAPP_STATE_DIR", "is not set, and this user has no home") from error


def make_directory(path: Path) -> Path:
    """``path`` as a directory; one that is already there keeps its mode and owner."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def create_file(path: Path, content: str = "") -> None:
    """A new private file, on disk before this returns. Raises FileExistsError if it is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
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


def secret_key(directory: Path) -> str:
    """The secret key of this installation: made by whoever comes first, then only ever read."""
    path = directory / "secret_key"
    try:
        if not path.exists():
            make_directory(directory)
            with lock(directory / "secret_key.lock"):
                if not path.exists():
                    _make_secret_key(path)
        key = path.read_text("utf-8").strip()
    except OSError as error:
        reason = f"cannot keep a secret key in {directory}: {error.strerror}"
        raise BadSetting("DEMOAPP_STATE_DIR", reason) from error
    if not key:
        # A new key would end every session behind the administrator's back.
        raise ImproperlyConfigured(f"{path} is empty; restore it, or delete it to get a new key")
    return key


def _make_secret_key(path: Path) -> None:
    """Written aside and renamed, so that nobody can read half a key."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    create_file(temporary, get_random_secret_key() + "\n")
    temporary.rename(path)
