"""CommonMark with GitHub's tables (https://spec.commonmark.org/, https://github.github.com/gfm/)."""

from __future__ import annotations

import re

from shipways.util.escape.common import Language, one_line, several_lines

INLINE = re.compile(r"([\\`*_\[\]|~$]|(?<!\S)#)")
ENTITY = re.compile(r"&(?=#?\w+;)")
# What makes a quote, a list, a heading or a rule of a line that begins with it.
BEGINNING = re.compile(r"^(>|[+-](?=\s|$)|[=-](?=[=-]*$)|\d+(?=[.)](?:\s|$)))")


def text(value: object) -> str:
    """Text in a paragraph, a heading or a cell, of which nothing is markup."""
    flat = ENTITY.sub("&amp;", one_line(value)).replace("<", "&lt;")
    escaped = INLINE.sub(r"\\\1", flat)
    return BEGINNING.sub(_guarded, escaped)


def _guarded(found: re.Match[str]) -> str:
    first = found.group()
    return f"&#{ord(first[0])};{first[1:]}" if first[0].isalnum() else f"\\{first}"


def code(value: object) -> str:
    """A code span (6.1)."""
    inside = one_line(value)
    longest = max((len(run) for run in re.findall(r"`+", inside)), default=0)
    ticks = "`" * (1 if not longest else longest + 1)
    pad = " " if inside[:1] in ("`", " ") or inside[-1:] in ("`", " ") else ""
    return f"{ticks}{pad}{inside}{pad}{ticks}"


def cell_code(value: object) -> str:
    """A code span in a cell of a table, where "|" is escaped in code as well (GFM 4.10)."""
    return code(value).replace("|", "\\|")


def block(value: object) -> str:
    """A fenced block of shell (4.5), which nothing inside can end."""
    inside = several_lines(value)
    longest = max((len(run) for run in re.findall(r"`+", inside)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sh\n{inside}\n{fence}"


MARKDOWN = Language("Markdown", text, {"code": code, "block": block, "line_of_code": one_line})
