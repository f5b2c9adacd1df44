"""rpm's spec files (https://rpm-software-management.github.io/rpm/manual/spec.html).

rpm expands macros everywhere, in comments too, and only then looks for sections and conditions at
the beginning of a line.
"""

from __future__ import annotations

import re
import shlex

from shipways.util.escape.common import Language, one_line, plain, several_lines


def tag(value: object) -> str:
    """The rest of a line: a tag's value, an entry of the changelog."""
    return one_line(value).replace("%", "%%")


def text(value: object) -> str:
    """A description: what would begin a section or a condition is drawn to the line above."""
    drawn = re.sub(r"\n\s*%", " %", several_lines(value).strip())
    return re.sub(r"^%", "\N{WORD JOINER}%", drawn).replace("%", "%%")


def script(value: object) -> str:
    """A scriptlet, every line of which stays as it is."""
    lines = str(value).replace("%", "%%")
    if re.search(r"(?m)^\s*%%", lines):
        raise ValueError("a line of a scriptlet begins with a percent sign")
    return lines


def shell(value: object) -> str:
    """A word of a command in %install."""
    return tag(shlex.quote(one_line(value)))


path = plain(r"/[A-Za-z0-9_./+@:~-]+")  # in %files, where others are patterns or need quotes
SPEC = Language(
    "rpm spec",
    tag,
    {"text": text, "script": script, "shell": shell, "path": path, "comment": tag},
)
