"""What keeps a process that runs a project's code to itself, where this machine allows it."""

from __future__ import annotations

from functools import cache

from shipways.util.command import find, run

TIMEOUT_S = 30


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
