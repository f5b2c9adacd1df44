"""Git: the version of the last tag, and who made the last commit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from shipways.project import checkout as checkouts
from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.tree import Tree

DESCRIBED = re.compile(r"(?P<tag>.*?)-(?P<commits>\d+)-g[0-9a-f]+")  # git-describe(1), --long


def facts(tree: Tree, _: Facts) -> Iterator[Fact]:
    """version, maintainer."""
    checkout = checkouts.find(tree.root)
    if checkout is None or not checkout.commit():
        return
    described = checkout.described()
    version = version_of(described)
    if version:
        yield Fact("version", version, f"git describe says {described}", "inferred")
    todo = "who answers for the packages?"
    yield Fact("maintainer", checkout.author(), "the last commit's author", "assumed", todo)


def version_of(described: str) -> str:
    """The version that `git describe --long` names; "" where a tag has none.

    Commits behind the tag make it a post release, as versioneer's pep440-post has it.

    >>> version_of("v1.2.0-0-gabc1234"), version_of("notes-1.2-4-gabc1234")
    ('1.2.0', '1.2.post4')
    """
    parts = DESCRIBED.fullmatch(described)
    number = re.search(r"(?:^|[-_/])v?(\d+(?:\.\d+)+\S*)$", parts["tag"]) if parts else None
    try:
        version = Version(number.group(1)) if number else None
    except InvalidVersion:
        return ""
    if version is None or parts is None or parts["commits"] == "0":
        return str(version or "")
    return str(Version(f"{version.base_version}.post{(version.post or 0) + int(parts['commits'])}"))
