"""The machine's package manager: whether it is sane, and what belongs to its packages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shipways.machines.machine import Machine
from shipways.verify.file_snapshot import Entry

TIMEOUT_S = 60
# What installing dependencies changes besides their own files.
BYPRODUCTS = re.compile(
    r"/__pycache__(/|$)|^/var/lib/(dpkg|apt|rpm|systemd|ucf|dbus|pam|python|private)(/|$)"
    r"|^/var/lib/containerd(/|$)|^/var/lib/docker/volumes/(metadata\.db|backingFsBlockDev)$"
    r"|^/etc/(ld\.so\.cache|machine-id|\.pwd\.lock|.*-|mtab|alternatives/.*)$|^/\.dockerenv$"
)


def complaints(machine: Machine) -> str:
    """What the package manager finds wrong with its own state; "" where all is well.

    dnf prints problems to standard output; on standard error it says that it knows no release here.
    """
    command = (
        "if command -v dpkg > /dev/null; then dpkg --audit && apt-get check -q > /dev/null; fi"
        " && if command -v dnf > /dev/null; then dnf -q check 2> /dev/null; fi"
    )
    done = machine.run(command, timeout=TIMEOUT_S, check=False)
    return "" if done.ok and not done.output.strip() else done.output.strip() or "check failed"


def altered(machine: Machine, name: str) -> str:
    """Files of the packages called NAME or NAME-… that are no longer what was installed.

    By the managers' own records: dpkg --verify and rpm -V; "" where there is none.
    """
    command = (
        f"dpkg-query -Wf '${{db:Status-Status}} ${{Package}}\n' '{name}' '{name}-*' 2> /dev/null"
        " | sed -n 's/^installed //p' | xargs -r dpkg --verify;"
        f" if command -v rpm > /dev/null && rpm -q {name} > /dev/null; then rpm -V {name}; fi"
    )
    return machine.run(command, timeout=TIMEOUT_S, check=False).output.strip()


def packages(machine: Machine) -> frozenset[str]:
    """Names of all packages that the system's own manager has installed."""
    command = "dpkg-query -Wf '${Package}\\n' || rpm -qa --qf '%{NAME}\\n'"
    return frozenset(machine.run(command, timeout=TIMEOUT_S).output.split())


def remove_all_but(machine: Machine, kept: frozenset[str]) -> None:
    """Remove what was only installed for the artifact's sake, so that file trees compare."""
    new = " ".join(sorted(packages(machine) - kept))
    if new:
        command = (
            f"if command -v apt-get; then apt-get purge -y {new}; else dnf -y remove {new}; fi"
        )
        machine.run(command, timeout=TIMEOUT_S * 5)


def remarkable(tree: Mapping[str, Entry], name: str) -> dict[str, Entry]:
    """Entries without what any installation leaves behind; a path with `name` in it counts."""
    return {
        path: entry for path, entry in tree.items() if name in path or not BYPRODUCTS.search(path)
    }


def accounts(machine: Machine) -> frozenset[str]:
    """Users and groups."""
    done = machine.run("cut -d: -f1 /etc/passwd /etc/group | sort -u", timeout=TIMEOUT_S)
    return frozenset(done.output.split())
