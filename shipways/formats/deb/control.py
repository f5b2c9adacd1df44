"""debian/control as stdeb leaves it, read, mended and written (Debian Policy 5.1, 5.6)."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence

STANDARDS = (  # versions of Debian Policy that this package follows, and when they came out
    ("4.7.2", 1740614400),  # 2025-02-27
    ("4.7.0", 1712448000),  # 2024-04-07
    ("4.6.2", 1671235200),  # 2022-12-17
    ("4.6.0", 1629244800),  # 2021-08-18
)
SYNOPSIS_LIMIT = 80  # characters, Policy 5.6.13
OBSOLETE = re.compile(r"debhelper \(")  # debhelper-compat stands for it (debhelper(7))

Paragraph = dict[str, str]


def read(text: str) -> list[Paragraph]:
    """Paragraphs of fields, in their order; a value keeps its continuation lines."""
    paragraphs = []
    for block in re.split(r"\n\s*\n", text.strip()):
        fields: Paragraph = {}
        name = ""
        for line in block.splitlines():
            if line[:1] in (" ", "\t"):
                fields[name] += f"\n{line}"
            else:
                name, _, value = line.partition(":")
                fields[name] = value.strip()
        paragraphs.append(fields)
    return paragraphs


def write(paragraphs: Iterable[Mapping[str, str]]) -> str:
    """The text of paragraphs; long lists of packages get a line for each."""
    return "\n".join(
        "".join(f"{name}: {_wrapped(name, value)}\n" for name, value in fields.items())
        for fields in paragraphs
    )


def mended(
    text: str, *, epoch: int, maintainer: str, homepage: str, short: str, description: str
) -> str:
    """What stdeb writes, with what it leaves out (fields) or gets wrong (Description)."""
    source, *binaries = read(text)
    source["Build-Depends"] = ", ".join(
        sorted(entry for entry in _split(source["Build-Depends"]) if not OBSOLETE.match(entry))
    )
    source["Maintainer"] = maintainer  # of which stdeb would take what stands before a "#"
    source["Standards-Version"] = standards_version(epoch)
    source["Rules-Requires-Root"] = "no"
    source.pop("Homepage", None)  # stdeb writes "None" where it finds none
    if homepage:
        source["Homepage"] = homepage
    for binary in binaries:
        binary["Pre-Depends"] = "${misc:Pre-Depends}"
        binary["Description"] = folded(short, description)
    return write((source, *map(_description_last, binaries)))


def standards_version(epoch: int) -> str:
    """The newest Debian Policy (5.6.11) that a package of that time can follow.

    >>> standards_version(1735689600), standards_version(0)
    ('4.7.0', '4.6.0')
    """
    return next((name for name, since in STANDARDS if since <= epoch), STANDARDS[-1][0])


def folded(short: str, description: str) -> str:
    """A Description field (Policy 5.6.13): one line, then indented ones, " ." for an empty one.

    >>> folded("notes that a team shares", "First.\\n\\nSecond.")
    'notes that a team shares\\n First.\\n .\\n Second.'
    """
    lines = [f" {line.strip() or '.'}" for line in description.strip().splitlines()]
    return "\n".join([short, *lines])


def synopsis(summary: str) -> str:
    """One line for Description (Policy 5.6.13): no article in front, no full stop at the end.

    >>> synopsis("A notice board for a team.")
    'notice board for a team'
    """
    text = re.sub(r"^(an?|the)\s+", "", " ".join(summary.split()).rstrip("."), flags=re.IGNORECASE)
    return (text or summary)[:SYNOPSIS_LIMIT].rstrip()


def plain(readme: str) -> str:
    """The first paragraph of a README, without its markup; "" where it has none.

    >>> plain("# Notes\\n\\nA **board** of [notes](https://example.org).\\n\\nMore.")
    'A board of notes.'
    """
    blocks = (block.strip() for block in re.split(r"\n\s*\n", readme))
    prose = next((block for block in blocks if block[:1].isalnum() or block[:2] == "**"), "")
    if re.match(r".*\n[=~-]+\s*$", prose):
        return plain(readme.partition(prose)[2])  # an underlined title
    text = re.sub(r"!?\[([^]]*)\]\([^)]*\)|[*`]+", r"\1", prose)
    return textwrap.fill(" ".join(text.split()), 76)


def _description_last(fields: Paragraph) -> Paragraph:
    return {name: fields[name] for name in sorted(fields, key="Description".__eq__)}


def _split(value: str) -> Sequence[str]:
    return [entry.strip() for entry in value.split(",") if entry.strip()]


def _wrapped(name: str, value: str) -> str:
    if not name.endswith("Depends") or len(value) < 80:
        return value
    return ",\n ".join(_split(value))
