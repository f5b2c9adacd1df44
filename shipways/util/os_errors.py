"""What the operating system refused, told with the next step: one table for every command."""

from __future__ import annotations

import errno
import os

from shipways.errors import ShipwaysError

ELSEWHERE = "or choose another folder with --dist or $SHIPWAYS_CACHE; dist/ keeps what it had."
SPACE = f"Free some space, {ELSEWHERE}"
RIGHTS = f"Give yourself the right to it (chown, chmod), {ELSEWHERE}"
NO_FOLDER = "Something else is where a folder has to be: move it away."

# errno(3) -> what to do about it
NEXT_STEPS = {
    errno.ENOSPC: SPACE,
    errno.EDQUOT: SPACE,
    errno.EFBIG: f"The file system, or `ulimit -f`, allows no larger file: raise it, {ELSEWHERE}",
    errno.EACCES: RIGHTS,
    errno.EPERM: RIGHTS,
    errno.EROFS: f"The file system is mounted for reading only: mount it for writing, {ELSEWHERE}",
    errno.ENAMETOOLONG: f"Shorten the names, move the project to a shorter path, {ELSEWHERE}",
    errno.EISDIR: "A folder is where a file has to be: move it away.",
    errno.ENOTDIR: NO_FOLDER,
    errno.EEXIST: NO_FOLDER,
    errno.ENOTEMPTY: "A folder is where a file has to be: move it away.",
    errno.ELOOP: "A symbolic link leads back to itself: remove it.",
    errno.ENOENT: "Something has removed it, or a link leads nowhere: look, then run again.",
    errno.EMFILE: "Raise the limit of open files, for example: ulimit -n 4096.",
    errno.ENFILE: "The whole system has too many open files: end some programs.",
    errno.ENOMEM: "End other programs, or add memory or swap space.",
    errno.EAGAIN: "Raise the limit of processes, for example: ulimit -u 4096.",
    errno.EBUSY: "Something else uses it: end that, then run again.",
    errno.EIO: "The disk has a fault: look at `dmesg`.",
    errno.EXDEV: "Two folders that have to be on one file system are not: choose another --dist.",
}


def explain(error: OSError) -> ShipwaysError:
    """The same in words: what, where (of a renaming: where to), and the next step."""
    reason = os.strerror(error.errno) if error.errno else str(error) or type(error).__name__
    where = error.filename2 or error.filename
    place = f" at {os.fsdecode(where)}" if isinstance(where, (str, bytes)) else ""
    return ShipwaysError(f"{reason}{place}.", hint=NEXT_STEPS.get(error.errno or 0, ""))
