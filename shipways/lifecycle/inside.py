"""Tries what a service must not be able to do; runs in its own context, standard library only.

Called as `python3 inside.py STATE`, where STATE is the service's folder. The answer is one line of
JSON: what could be done, and what the kernel says of this process.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

PLACES = (
    *("/", "/boot", "/dev", "/etc", "/home", "/media", "/mnt", "/opt", "/root", "/run"),
    *("/srv", "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/share", "/var", "/var/cache"),
    *("/var/lib", "/var/log", "/var/spool", "/proc/sys", "/sys", "/sys/fs/cgroup"),
)
HOMES = ("/home", "/root")
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
            if process.stat().st_uid == os.geteuid():
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
        **status(),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
