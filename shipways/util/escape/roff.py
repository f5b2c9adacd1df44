"""roff with the macros of man: groff(7), groff_char(7), groff_man(7)."""

from __future__ import annotations

import re

from shipways.util.escape.common import Language, one_line, plain

GLYPHS = {
    "\\": r"\(rs", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti", '"': r"\(dq",
}  # fmt: skip
PATTERN = re.compile("[" + re.escape("".join(GLYPHS)) + "]")


def text(value: object) -> str:
    """Text in a line or in an argument of a macro, as it was typed; spaces stay what they are."""
    written = PATTERN.sub(lambda found: GLYPHS[found.group()], one_line(value))
    return rf"\&{written}" if written.startswith(".") else written


ROFF = Language("roff", text, {"digits": plain(r"[0-9-]*")})
