"""Starts the app in its container: serves, runs a management command, or asks whether it is well.

    python3 -I /app/launch.py serve
    python3 -I /app/launch.py createsuperuser
    python3 -I /app/launch.py --health

launch.json beside this file, made with the image, says what the app is called and where it listens.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent
CODE = [str(HOME / "site-packages"), str(HOME / "dependencies")]
HEALTH_TIMEOUT_S = 4  # less than HEALTHCHECK's own


def main() -> str | int | None:
    app = json.loads((HOME / "launch.json").read_text(encoding="utf-8"))
    arguments = sys.argv[1:]
    for name, value in app["environment"].items():
        os.environ.setdefault(name, value)
    if not on_disk("/tmp"):  # large uploads go to the volume
        os.environ.setdefault("TMPDIR", app["state"])
    if arguments == ["--health"]:
        return health(app["health"], os.environ.get(app["bind_variable"], ""), app["port"])
    sys.dont_write_bytecode = True
    # The first process of a container is deaf to signals that it has no handler for.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    if arguments == ["serve"]:
        arguments = app["serve"]
    sys.path[:0] = CODE
    sys.argv[:] = [app["command"], *arguments]
    return run(app["entry_point"])


def on_disk(folder: str) -> bool:
    """Whether files can be written there, and do not count as the container's memory (proc(5))."""
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    kinds = {line.split()[1]: line.split()[2] for line in mounts}
    return os.access(folder, os.W_OK) and kinds.get(folder) not in ("tmpfs", "ramfs")


def run(entry_point: str) -> str | int | None:
    """Call `package.module:function` as a console script would."""
    from importlib import import_module
    from operator import attrgetter

    module, _, function = entry_point.partition(":")
    left: str | int | None = attrgetter(function)(import_module(module))()
    return left


def health(path: str, address: str, default_port: int) -> int:
    """0 when the health page answers 200, else 1. The host name is one that is always allowed."""
    from http.client import HTTPConnection, HTTPException

    port = int(address.rpartition(":")[2] or default_port)
    connection = HTTPConnection("localhost", port, timeout=HEALTH_TIMEOUT_S)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 1
    sys.stdout.write(f"{path}: {status}\n")
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
