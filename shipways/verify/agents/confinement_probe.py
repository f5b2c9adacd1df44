"""Tries what a service must not be able to do; runs in its own context, standard library only.

Called as `python3 inside.py STATE`, where STATE is the service's folder. The answer is one line of
JSON: what could be done, and what the kernel says of this process.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import socket
import sys
import tempfile
from pathlib import Path

PLACES = (
    *("/", "/boot", "/dev", "/etc", "/home", "/media", "/mnt", "/opt", "/root", "/run"),
    *("/srv", "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/share", "/var", "/var/cache"),
    *("/var/lib", "/var/log", "/var/spool", "/proc/sys", "/sys", "/sys/fs/cgroup"),
)
LAST_PID = 4096
SECRETS = ("/etc/shadow", "/etc/gshadow", "/var/log/btmp", "/root/.bashrc")
HOMES = ("/home", "/root")
PEOPLE = range(1000, 60000)  # their numbers (Debian Policy 9.2.2); other accounts are the system's
STATUS = ("NoNewPrivs", "CapEff", "CapPrm", "CapBnd", "CapAmb", "Seccomp")


def can_write(folder: str) -> bool:
    """Whether a file can be made in a folder; it is removed again."""
    path = Path(folder, ".shipways-inside")
    try:
        path.touch(exist_ok=False)
    except OSError:
        return False
    path.unlink()
    return True


def can_read(path: str) -> bool:
    try:
        Path(path).read_bytes()
    except OSError:
        return False
    return True


def can_connect() -> bool:
    """Whether other machines can be reached: the name server, which any network has.

    Where an engine puts one of its own into the container, on the loopback, it notes in a comment
    which one that asks.
    """
    try:
        text = Path("/etc/resolv.conf").read_text("ascii")
        found = re.findall(r"\b(?:\d+\.){3}\d+\b", text)
        server = next((name for name in found if not name.startswith("127.")), found[0])
        socket.create_connection((server, 53), timeout=3).close()
    except (OSError, IndexError):
        return False
    return True


def signalled() -> list[int]:
    """Processes of other users that could be ended: signal 0 only asks (kill(2))."""
    found = []
    for pid in range(1, LAST_PID):
        try:
            os.kill(pid, 0)
            if os.stat(f"/proc/{pid}").st_uid != os.geteuid() or os.geteuid() == 0:  # noqa: PTH116
                found.append(pid)
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def can_become_root() -> bool:
    try:
        os.setuid(0)
    except OSError:
        return False
    return os.geteuid() == 0


def people() -> list[str]:
    """Names of the accounts that belong to persons, its own not among them."""
    lines = Path("/etc/passwd").read_text("utf-8").splitlines()
    accounts = [line.split(":") for line in lines if line.count(":") > 2]
    numbers = {int(number): name for name, _, number, *_ in accounts}
    return [numbers[each] for each in numbers if each in PEOPLE and each != os.geteuid()]


def can_mount(state: str) -> bool:
    """Whether a file system can be mounted, on a folder made for it (mount(2))."""
    libc = ctypes.CDLL(None)
    try:
        with tempfile.TemporaryDirectory(dir=state) as folder:
            done = libc.mount(b"none", folder.encode(), b"tmpfs", 0, None) == 0
            return bool(done and libc.umount2(folder.encode(), 0) == 0)
    except OSError:
        return False


def seen_in_homes() -> list[str]:
    found: list[str] = []
    for home in HOMES:
        try:
            found += map(str, Path(home).iterdir())
        except OSError:
            continue
    return found


def others() -> list[str]:
    """Processes of other users that show what they are."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            own = process.stat().st_uid == os.geteuid() and os.geteuid() != 0
            if own or process.name == str(os.getpid()):
                continue
            line = (process / "cmdline").read_bytes()
            found.append(line.replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    return found


def status() -> dict[str, str]:
    """The kernel's own words (proc(5))."""
    text = Path("/proc/self/status").read_text("ascii")
    pairs = re.findall(r"^(\w+):\s*(\S+)", text, re.MULTILINE)
    return {name: value for name, value in pairs if name in STATUS}


def main(state: str) -> None:
    code = [path for path in sys.path if Path(path).is_dir()]
    found = {
        "uid": os.geteuid(),
        "writable": [place for place in (*PLACES, *code) if can_write(place)],
        "state_writable": can_write(state),
        "homes": seen_in_homes(),
        "others": others(),
        "secrets": [path for path in SECRETS if can_read(path)],
        "people": people(),
        "mounted": can_mount(state),
        "signalled": signalled(),
        "connected": can_connect(),
        **status(),
    }
    found["root"] = can_become_root()  # the last: it changes what this process is
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
