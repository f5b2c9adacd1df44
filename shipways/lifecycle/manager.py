"""The machine's package manager: whether it is sane, and what belongs to its packages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shipways.roots.machine import Machine

TIMEOUT_S = 60
# What installing dependencies changes besides their own files.
BYPRODUCTS = re.compile(
    r"/__pycache__(/|$)|^/var/lib/(dpkg|apt|rpm|systemd|ucf|dbus|pam|python|private)(/|$)"
    r"|^/etc/(ld\.so\.cache|machine-id|\.pwd\.lock|.*-|mtab|alternatives/.*)$|^/\.dockerenv$"
)


def complaints(machine: Machine) -> str:
    """What the package manager finds wrong with its own state; "" where all is well."""
    done = machine.run(
        "dpkg --audit && apt-get check -q > /dev/null && "
        "if command -v rpm > /dev/null; then rpm -V shipways-platform; fi",
        timeout=TIMEOUT_S,
        check=False,
    )
    return "" if done.ok and not done.output.strip() else done.output.strip() or "check failed"


def packages(machine: Machine) -> frozenset[str]:
    """Names of all installed Debian packages."""
    return frozenset(
        machine.run("dpkg-query -Wf '${Package}\\n'", timeout=TIMEOUT_S).output.split()
    )


def remove_all_but(machine: Machine, kept: frozenset[str]) -> None:
    """Remove what was only installed for the artifact's sake, so that file trees compare."""
    new = sorted(packages(machine) - kept)
    if new:
        machine.run(f"apt-get purge -y {' '.join(new)}", timeout=TIMEOUT_S * 5)


def remarkable(paths: Iterable[str]) -> list[str]:
    """Paths without those that any installation of anything leaves behind."""
    return sorted(path for path in paths if not BYPRODUCTS.search(path))


def accounts(machine: Machine) -> frozenset[str]:
    """Users and groups."""
    done = machine.run("cut -d: -f1 /etc/passwd /etc/group | sort -u", timeout=TIMEOUT_S)
    return frozenset(done.output.split())
