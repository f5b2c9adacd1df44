"""The shell's command language (POSIX XCU 2.2, quoting)."""

from __future__ import annotations

import shlex

from shipways.util.escape.common import Language, one_line, words


def word(value: object) -> str:
    """One word that nothing is expanded in; a list becomes as many words."""
    return " ".join(shlex.quote(one_line(one)) for one in words(value))


def here_document(value: object) -> str:
    """Lines of a here-document whose delimiter is quoted, so that nothing is expanded (2.7.4)."""
    return str(value).rstrip("\n")


SHELL = Language("shell", word, {"comment": one_line, "here_document": here_document})
