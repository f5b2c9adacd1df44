"""A machine on which every installed format of the sample can be tried, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from debian.debfile import DebFile

from shipways.formats import FORMATS
from shipways.machines import image_cache
from shipways.machines.machine import Machine, machine
from shipways.project.model import Project
from shipways.util.command import Completed
from shipways.verify.targets import COMMON

TIMEOUT_S = 300
INSTALLED = ("deb", "deb-bundled", "rpm", "tarball")
# All that the tests of this machine make, whoever made it.
CLEAR = """
dpkg --purge {name} {name}-bundled; rpm --erase {name}
[ ! -L /usr/lib/{name} ] || /usr/lib/{name}/install.sh --purge
umount /var/lib/{name}/* /var/lib/{name}
rm -rf /var/lib/{name} /var/lib/{name}.made /etc/{name} /usr/lib/{name}* /srv/{name}
userdel --force {name}; groupdel {name}
systemctl reset-failed {name}
"""


class Built(Protocol):
    """The session's builds, by the fixture of conftest.py."""

    project: Project

    def artifact(self, name: str, suffix: str = "") -> Path: ...


@dataclass(frozen=True)
class Crossroads:
    """Formats are installed and removed here by the steps that they print."""

    machine: Machine
    project: Project
    files: dict[str, str]  # format -> its artifact's name

    def type(self, name: str, *phases: str, check: bool = True) -> Completed:
        """A format's printed steps of these phases, as one command."""
        steps = FORMATS[name].printed(self.project, self.files[name])
        told = [step.command for step in steps if step.phase in phases]
        return self.run(" && ".join(told), check=check)

    def install(self, name: str, *, check: bool = True) -> Completed:
        return self.type(name, "install", check=check)

    def remove(self, name: str) -> Completed:
        return self.type(name, "remove")

    def purge(self, name: str) -> Completed:
        """What a format does at most to undo itself: an .rpm has no purge."""
        return self.type(name, "remove" if name == "rpm" else "purge")

    def run(self, command: str, *, check: bool = True) -> Completed:
        return self.machine.run(command, timeout=TIMEOUT_S, check=check)

    def says(self, command: str) -> str:
        """What a command prints, whether it succeeds or not, but for its errors."""
        return self.run(f"exec 2> /dev/null; {command}", check=False).output.strip()

    def wait_for_data(self) -> None:
        """Until the service has written into its folder: its database is there."""
        wanted = f"/var/lib/{self.project.name}/db.sqlite3"
        self.run(f"for i in $(seq 300); do [ -e {wanted} ] && exit; sleep 0.1; done; exit 1")

    @property
    def runs(self) -> bool:
        """Whether the service is on, now and after the next boot."""
        name = self.project.name
        seen = self.says(f"systemctl is-enabled {name}; systemctl is-active {name}")
        return seen.split() == ["enabled", "active"]

    def clear(self) -> None:
        """As it was before anything was installed."""
        self.run(CLEAR.format(name=self.project.name), check=False)


@contextmanager
def crossroads(built: Built) -> Iterator[Crossroads]:
    """Debian with rpm and dnf, and what the native package depends on: nothing is fetched."""
    artifacts = {"deb": built.artifact("deb", ".deb")}
    artifacts |= {name: built.artifact(name) for name in INSTALLED if name != "deb"}
    with DebFile(str(artifacts["deb"])) as deb:
        depends = re.findall(r"(?:^|, )([a-z0-9.+-]+)", deb.debcontrol()["Depends"])
    image = image_cache.ensure("rpm+systemd", "archive", packages=(*COMMON, "passwd", *depends))
    with machine(image, systemd=True) as root:
        for path in artifacts.values():
            root.copy_in(path, f"/root/{path.name}")
        files = {name: path.name for name, path in artifacts.items()}
        yield Crossroads(root, built.project, files)
