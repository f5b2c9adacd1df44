"""systemd's files: units, EnvironmentFile=, sysusers.d and tmpfiles.d.

systemd.syntax(7), systemd.unit(5) "Specifiers", systemd.service(5) "Command lines", systemd.exec(5)
EnvironmentFile=, sysusers.d(5), tmpfiles.d(5).
"""

from __future__ import annotations

import re

from shipways.util.escape.common import Language, one_line, words

PLAIN_WORD = re.compile(r"[A-Za-z0-9_@+=:,./()-]+")
PLAIN_VALUE = re.compile(r"[A-Za-z0-9_@%+=:,./~\[\]()*?!<>|&{}^-]*")


def setting(value: object) -> str:
    """The rest of a line such as Description=. Its last character must not continue the line."""
    text = one_line(value).replace("%", "%%")
    return f"{text} " if text.endswith("\\") else text


def word(value: object) -> str:
    """A word of a list, such as Documentation=, or a field of sysusers.d and tmpfiles.d."""
    return " ".join(_quoted(one_line(one)) for one in words(value))


def argument(value: object) -> str:
    """An argument of ExecStart=, in which no variable is expanded; a list becomes as many."""
    return " ".join(_quoted(one_line(one)).replace("$", "$$") for one in words(value))


def environment(value: object) -> str:
    """A value in an EnvironmentFile=, the same for systemd and for a shell that reads the file."""
    text = one_line(value)
    if PLAIN_VALUE.fullmatch(text):
        return text
    return '"' + re.sub(r'([\\"`$])', r"\\\1", text) + '"'


def _quoted(text: str) -> str:
    doubled = text.replace("%", "%%")
    if PLAIN_WORD.fullmatch(text):
        return doubled
    return '"' + doubled.replace("\\", "\\\\").replace('"', '\\"') + '"'


UNIT = Language("unit", setting, {"word": word, "arguments": argument, "comment": one_line})
ENVIRONMENT = Language("EnvironmentFile", environment, {"comment": one_line})
LINES = Language("sysusers.d and tmpfiles.d", word)
