"""What keeps a process that runs a project's code to itself, where this machine allows it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shipways.util.command import RUN_VARIABLE, find, run

TIMEOUT_S = 30
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def apart(home: Path, variables: Mapping[str, str]) -> list[str]:
    """What a command is started by so that it has `variables` and nothing of this process.

    It has no network where that is allowed, writes no bytecode, and keeps what is temporary in the
    folder that `home` is in.
    """
    environment = {
        "PATH": PATH,
        "HOME": str(home),
        "TMPDIR": str(home.parent),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        RUN_VARIABLE: os.environ.get(RUN_VARIABLE, ""),
        **variables,
    }
    return [*no_network(), "env", "-i", *(f"{name}={value}" for name, value in environment.items())]


@cache
def no_network() -> tuple[str, ...]:
    """What a command is started by so that it has no network (network_namespaces(7)).

    () where that is not allowed to this user.
    """
    if find("unshare") is None:
        return ()
    for words in (("unshare", "--net"), ("unshare", "--net", "--map-root-user")):
        if run([*words, "true"], timeout=TIMEOUT_S, check=False).ok:
            return words
    return ()
