"""Small languages with a rule or two: lists of variables, stdeb.cfg, make, Python, Debian's own."""

from __future__ import annotations

import json
import re

from shipways.util.escape.common import Language, one_line, plain, several_lines, words

PLAIN_VALUE = re.compile(r"[A-Za-z0-9_@%+=:,./~\[\]-]*")


def dotenv(value: object) -> str:
    """A value in a .env of Compose: https://docs.docker.com/compose/how-tos/environment-variables/."""
    text = one_line(value)
    if PLAIN_VALUE.fullmatch(text):
        return text
    return '"' + re.sub(r'([\\"$])', r"\\\1", text) + '"'


def kustomize(value: object) -> str:
    """A value in a list that `envs` of a configMapGenerator reads: all up to the line's end."""
    return one_line(value)


def option(value: object) -> str:
    """A value in stdeb.cfg: `configparser` interpolates, and stdeb drops what follows a "#"."""
    text = one_line(value)
    if "#" in text:
        raise ValueError(f"{text!r} holds a #, after which stdeb reads nothing")
    return text.replace("%", "%%")


def python(value: object) -> str:
    """A literal of Python (reference 2.4): text, a number, a truth, None, or a tuple of those."""
    if isinstance(value, (list, tuple)):
        return "(" + "".join(f"{python(one)}, " for one in value).strip() + ")"
    known = value is None or isinstance(value, (bool, int))
    return repr(value) if known else _in_quotes(one_line(value))


def _in_quotes(text: str) -> str:
    return json.dumps(
        text, ensure_ascii=False
    )  # as Python has it, where no half of a pair is in it


def docstring(value: object) -> str:
    """Text inside of a docstring in three double quotes."""
    return one_line(value).replace("\\", "\\\\").replace('"', '\\"')


def relations(value: object) -> str:
    """Relationships between packages, separated by commas (Debian Policy 7.1)."""
    return ", ".join(option(one) for one in words(value))


DOTENV = Language("dotenv", dotenv, {"comment": one_line})
KUSTOMIZE = Language("kustomize's envs", kustomize, {"comment": one_line})
STDEB = Language("stdeb.cfg", option, {"relations": relations})
PYTHON = Language("Python", python, {"docstring": docstring, "comment": one_line})
# Names and paths of our own: make would expand and the shell split anything else.
MAKE = Language("make", plain(r"[A-Za-z0-9_./+@:~-]+"))
CHANGELOG = Language("Debian changelog", one_line)  # Debian Policy 4.4; Debian's names have no "<"
OVERRIDES = Language("lintian overrides", plain(r"[A-Za-z0-9_./+@:~-]+"))
TEXT = Language("plain text", several_lines)  # a description; whoever writes it on escapes it
