"""Whose process this is: what root starts becomes the user to whom the state directory belongs.

So no file in there becomes root's, which the service could not read, and root runs no bytecode that
another has written.
"""

from __future__ import annotations

import os
from pathlib import Path


def become(state: Path) -> bool:
    """Give up root's rights for good where the state directory is another's.

    False where this is still root, though the directory is another's: a container may have taken
    away the right to change the user.
    """
    try:
        owner = state.stat()
    except OSError:
        return True  # not made yet: it will be this user's
    if os.geteuid() != 0 or owner.st_uid == 0:
        return True
    try:
        _leave_groups(owner.st_uid, owner.st_gid)
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)
    except OSError:
        return False
    _go_home(owner.st_uid)
    return True


def _leave_groups(number: int, group: int) -> None:
    import pwd

    try:
        os.initgroups(pwd.getpwuid(number).pw_name, group)
    except KeyError:  # in a container it may have no name
        os.setgroups([])


def _go_home(number: int) -> None:
    import pwd

    try:
        entry = pwd.getpwuid(number)
    except KeyError:
        return
    os.environ.update(HOME=entry.pw_dir, USER=entry.pw_name, LOGNAME=entry.pw_name)


def where() -> Path:
    """The folder in which a command was typed; "/" where this user may not be in it."""
    try:
        if os.access(".", os.R_OK | os.X_OK):
            return Path.cwd()
    except OSError:
        pass
    os.chdir("/")  # root's own folder is no place for the service's user
    return Path("/")
