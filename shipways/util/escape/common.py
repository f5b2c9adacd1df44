"""What all languages share: text that is on one line, and text that is of a language already."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

LINE_ENDS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, eq=False)
class Language:
    """How values become text of a language.

    `escape` is for the place where values usually stand, and refuses (`ValueError`) what cannot
    be said there. `filters` are for the other places: `{{ value | comment }}`.
    """

    name: str
    escape: Callable[[object], str]
    filters: Mapping[str, Callable[[object], str]] = field(default_factory=dict)


class Fragment(str):
    """Text that is of a language already and goes into it as it is: no value, but code of ours."""

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str) -> Fragment:
        fragment = super().__new__(cls, text)
        fragment.language = language
        return fragment


def one_line(value: object) -> str:
    """Text or a whole number. Raises `ValueError` for what would end the line, or is no text."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError(f"{value!r} is neither text nor a whole number")
    text = str(value)
    if LINE_ENDS.search(text):
        raise ValueError(f"{text!r} is more than one line")
    return text


def several_lines(value: object) -> str:
    """Text that may have lines, but nothing else that is no character."""
    return "\n".join(one_line(line) for line in str(value).split("\n"))


def plain(pattern: str) -> Callable[[object], str]:
    """An escaper for places that know no quoting: only text of this pattern can stand there."""

    def check(value: object) -> str:
        text = one_line(value)
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} cannot stand here: only {pattern} can")
        return text

    return check


def words(value: object) -> list[object]:
    """The members of a list, or the value alone."""
    return list(value) if isinstance(value, (list, tuple)) else [value]
