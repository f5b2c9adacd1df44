"""Names that a project has on a system: none that the system, or another project, has already."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from packaging.utils import InvalidName, canonicalize_name

from shipways.project.values import Value, shown

RESERVED = Path(__file__).with_name("reserved.txt")
LONGEST = 31  # characters of a user's name: systemd-sysusers(8), useradd(8)
# What the formats put behind a name: another project's name is not to be the same.
ENDINGS = ("-bundled", "-a", "-b", "-c")
# Variables that change how programs start, look for code or talk to systemd, Docker and Shipways.
STARTING = re.compile(
    r"(?:LD|GLIBC|MALLOC|SHIPWAYS|COMPOSE|DOCKER|DPKG|RPM|BASH|SYSTEMD|LISTEN|XDG|SUDO)_.*"
    r"|(?:PYTHON|PERL5|RUBY).*|NODE_OPTIONS|NODE_PATH|VIRTUAL_ENV|GCONV_PATH|LOCPATH|NLSPATH"
    r"|HOSTALIASES|RESOLV_HOST_CONF|RES_OPTIONS|IFS|ENV|PS4|PATH|TMPDIR|HOME|SHELL|USER|LOGNAME"
    r"|PWD|OLDPWD|HOSTNAME|TERM|MAINPID|NOTIFY_SOCKET|WATCHDOG_USEC|INVOCATION_ID|JOURNAL_STREAM"
)


class DistributionName(Value):
    """The project's name on a package index, in its normal form (PEP 508, PEP 503)."""

    @classmethod
    def checked(cls, text: str) -> str:
        try:
            return canonicalize_name(text, validate=True)
        except InvalidName:
            raise ValueError(f"{shown(text)} is no name of a distribution (PEP 508)") from None


class SystemName(Value):
    """The name of user, group, folders, packages, service and image.

    The strictest rule of all holds: Debian Policy 5.6.1, useradd(8), RFC 1123 for Kubernetes.
    """

    pattern = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
    what = "name for a user and a package: small letters, digits, single hyphens"

    @classmethod
    def checked(cls, text: str) -> str:
        name = super().checked(text)
        if not 2 <= len(name) <= LONGEST:
            raise ValueError(
                f"{shown(name)} has {len(name)} characters; 2 to {LONGEST} are possible"
            )
        if name.endswith(ENDINGS):
            raise ValueError(f"{name!r} ends as the names of another project's packages do")
        if name in reserved("account") | reserved("folder"):
            raise ValueError(f"{name!r} is a user, a group or a folder of the system itself")
        return name


class CommandName(Value):
    """The name of a console script, which becomes a file in /usr/bin."""

    pattern = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
    what = "name of a command: letters, digits, hyphens, dots, underscores"

    @classmethod
    def checked(cls, text: str) -> str:
        name = super().checked(text)
        if name in reserved("command"):
            raise ValueError(f"{name!r} is a command of the system itself")
        return name


class VariableName(Value):
    """An environment variable that belongs to the project alone (POSIX XBD 8.1)."""

    pattern = r"[A-Z_][A-Z0-9_]{0,99}"
    what = "name of an environment variable: capital letters, digits, underscores"

    @classmethod
    def checked(cls, text: str) -> str:
        name = super().checked(text)
        if STARTING.fullmatch(name):
            raise ValueError(f"{name!r} changes how programs start; choose a name of your own")
        return name


@cache
def reserved(kind: str) -> frozenset[str]:
    """Names that a base system has: of the kind account, folder or command."""
    lines = RESERVED.read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in lines if not line.startswith("#"))
    return frozenset(name for found, name in pairs if found == kind)
