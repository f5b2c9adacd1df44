"""nginx's configuration (https://nginx.org/en/docs/beginners_guide.html#conf_structure)."""

from __future__ import annotations

import re

from shipways.escape.common import Language, one_line, plain

PLAIN = re.compile(r"[A-Za-z0-9_./:@=,+~!*()&%-]+")


def location(value: object) -> str:
    """The prefix of a location, in which no variable is replaced."""
    text = one_line(value)
    if PLAIN.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# In other parameters variables are replaced, and nothing else stands for a "$".
parameter = plain(r"[A-Za-z0-9_./:@=,+~!*()&%-]+")
NGINX = Language("nginx", parameter, {"location": location, "comment": one_line})
