"""Starts the app in its container: serves, runs a management command, or asks whether it is well.

    python3 -I /app/launch.py serve
    python3 -I /app/launch.py createsuperuser
    python3 -I /app/launch.py --health

launch.json beside this file, made with the image, says what the app is called and where it listens.
"""

import json
import os
import signal
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent
CODE = [str(HOME / "site-packages"), str(HOME / "dependencies")]
HEALTH_TIMEOUT_S = 4  # less than HEALTHCHECK's own


def main():
    app = json.loads((HOME / "launch.json").read_text(encoding="utf-8"))
    arguments = sys.argv[1:]
    for name, value in app["environment"].items():
        os.environ.setdefault(name, value)
    if not on_disk("/tmp"):  # large uploads go to the volume
        os.environ.setdefault("TMPDIR", app["state"])
    if arguments == ["--health"]:
        return health(app)
    sys.dont_write_bytecode = True
    # The first process of a container is deaf to signals that it has no handler for.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    if arguments == ["serve"]:
        arguments = app["serve"]
    sys.path[:0] = CODE
    sys.argv[:] = [app["command"], *arguments]
    return run(app["entry_point"])


def on_disk(folder):
    """Whether files can be written there, and do not count as the container's memory (proc(5))."""
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    kinds = {line.split()[1]: line.split()[2] for line in mounts}
    return os.access(folder, os.W_OK) and kinds.get(folder) not in ("tmpfs", "ramfs")


def run(entry_point):
    """Call `package.module:function` as a console script would."""
    from importlib import import_module
    from operator import attrgetter

    module, _, function = entry_point.partition(":")
    return attrgetter(function)(import_module(module))()


def health(app):
    """0 when the health page answers 200, else 1. The host name is one that is always allowed."""
    from http.client import HTTPConnection, HTTPException

    address = os.environ.get(app["bind_variable"], "")
    port = address.rpartition(":")[2]
    connection = HTTPConnection("localhost", int(port or app["port"]), timeout=HEALTH_TIMEOUT_S)
    try:
        connection.request("GET", app["health"])
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        sys.stderr.write(f"{app['health']}: {error}\n")
        return 1
    sys.stdout.write(f"{app['health']}: {status}\n")
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
