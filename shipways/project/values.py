"""What a project may say, as types: text of a wrong kind is no value, and raises `ValueError`.

A value is checked once, when the project is read, and then goes into many other languages (see
`shipways.util.escape`): names are such that no language has to quote them, other text is one line.
"""

from __future__ import annotations

import re
import unicodedata
from typing import ClassVar, TypeVar
from urllib.parse import urlsplit

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from packaging import requirements, specifiers, version
from shipways.project.versions import MAX_EPOCH

V = TypeVar("V", bound="Value")

LIMIT = 2_000  # characters; longer than any title, help or licence, shorter than any tool's limit
SHOWN = 60  # characters of a wrong value that an error repeats
# Control characters, line separators, halves of characters; what is no character: Unicode 23.7.
BREAKING = {"Cc", "Cs", "Zl", "Zp"}
# RFC 3986, 3.3, without "'" and ";"; one that begins with // would name another host (4.2).
PATH = r"/(?!/)(?:[A-Za-z0-9._~!$&()*+,=:@/-]|%[0-9A-Fa-f]{2})*"
IDENTIFIER = r"[^\W\d]\w*"  # Python's own rule is `str.isidentifier`
RELATION = (  # Debian Policy 7.1
    r"[a-z0-9][a-z0-9+.-]+(?::[a-z0-9-]+)?(?: ?\((?:<<|<=|=|>=|>>) ?[A-Za-z0-9.+~:-]+\))?"
    r"(?: ?\[!?[a-z0-9-]+(?: !?[a-z0-9-]+)*\])?(?: ?<!?[a-z0-9.-]+(?: !?[a-z0-9.-]+)*>)*"
)


class Value(str):
    """Text that matches `pattern`, and is called `what` where it does not."""

    __slots__ = ()
    pattern: ClassVar[str] = r".+"
    what: ClassVar[str] = "text on one line"

    def __new__(cls: type[V], text: str) -> V:
        return super().__new__(cls, cls.checked(text))

    @classmethod
    def checked(cls, text: str) -> str:
        """The text as it is kept. Raises `ValueError` with a sentence for the user."""
        if not re.fullmatch(cls.pattern, text, re.DOTALL) or not is_one_line(text):
            raise ValueError(f"{shown(text)} is no {cls.what}")
        if len(text) > LIMIT:
            raise ValueError(f"{shown(text)} has {len(text)} characters; {LIMIT} is the most")
        return text


def is_one_line(text: str) -> bool:
    """Whether nothing in it ends a line, or is no text at all, in any language."""
    return not any(unicodedata.category(one) in BREAKING or _no_character(one) for one in text)


def shown(text: str) -> str:
    """A wrong value for an error, cut where it is long."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def _no_character(one: str) -> bool:
    code = ord(one)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


class Line(Value):
    """One line, without spaces around it: a title. A summary is one by PEP 621 as well."""

    @classmethod
    def checked(cls, text: str) -> str:
        return super().checked(text.strip())


class Prose(Value):
    """A sentence or two; where it is broken into lines does not matter."""

    what = "text"

    @classmethod
    def checked(cls, text: str) -> str:
        return super().checked(" ".join(text.split()))


class Verbatim(Value):
    """Any text on one line, as it is; it may be empty."""

    pattern = r".*"


class Argument(Value):
    """An argument of a command."""

    what = "argument on one line"


class Module(Value):
    """An importable module, such as "notes.settings"."""

    pattern = rf"{IDENTIFIER}(?:\.{IDENTIFIER})*"
    what = "module's dotted name"


class ObjectReference(Value):
    """`module:object`, the object with its attributes, as WSGI servers name an application."""

    pattern = rf"{Module.pattern}:{Module.pattern}"
    what = "module:object"


class EntryPoint(ObjectReference):
    """What a console script calls; the extras that it may name are left out: all is installed.

    https://packaging.python.org/en/latest/specifications/entry-points/
    """

    @classmethod
    def checked(cls, text: str) -> str:
        return super().checked(re.sub(r"\s*\[[\w.,\s-]*\]\s*$", "", text).replace(" ", ""))


class UrlPath(Value):
    """The path of a URL without query (RFC 3986, 3.3): nothing that a configuration file quotes."""

    pattern = PATH
    what = "path of a URL: it begins with / and holds no space, quote, brace, query or semicolon"


class OptionalPath(UrlPath):
    """The same, or empty where the project has no such page."""

    pattern = rf"(?:{PATH})?"


class StaticUrl(Value):
    """Django's STATIC_URL: a path that ends with /, an address of another host, or empty.

    The path is a folder's too, so nothing is percent-encoded in it.
    """

    pattern = rf"(?:(?!.*%){PATH}(?<=/)|https?://[A-Za-z0-9.:-]+{PATH})?"
    what = "path of a URL that ends with / and needs no percent-encoding"


class ProbePath(Value):
    """A path with a query, in which `{text}` may stand."""

    pattern = (
        rf"{PATH.replace('[A', '(?:{text})?[A')}(?:\?(?:[A-Za-z0-9._~!$&()*+,=:@/?%-]|{{text}})*)?"
    )
    what = "path of a URL"


class Url(Value):
    """An absolute address (RFC 3986) of the web."""

    pattern = r"https?://(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"
    what = "http or https address (RFC 3986; other letters percent-encoded)"

    @classmethod
    def checked(cls, text: str) -> str:
        try:
            parts = urlsplit(super().checked(text))
            complete = bool(parts.hostname) and parts.port != 0
        except ValueError:
            complete = False
        if not complete:
            raise ValueError(f"{shown(text)} is no {cls.what}")
        return text


class Person(Value):
    """`Name <address>` (RFC 5322, 3.4): what Debian's and rpm's fields hold (Policy 5.6.2)."""

    pattern = (
        r"[^<>,]*[^<>,\s] <[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*>"
    )
    what = "name and address"

    @classmethod
    def checked(cls, text: str) -> str:
        return super().checked(" ".join(text.split()))

    @property
    def name(self) -> str:
        return self.rpartition(" <")[0]

    @property
    def address(self) -> str:
        return self.rpartition("<")[2].rstrip(">")


class Licence(Line):
    """An SPDX expression (PEP 639) in its canonical form, or what older metadata says; or empty."""

    pattern = r".*"

    @classmethod
    def checked(cls, text: str) -> str:
        line = super().checked(text)
        try:
            return str(canonicalize_license_expression(line)) if line else line
        except InvalidLicenseExpression:
            return line


class Version(Value):
    """PEP 440, in its normal form."""

    @classmethod
    def checked(cls, text: str) -> str:
        try:
            found = version.Version(text)
        except version.InvalidVersion:
            raise ValueError(f"{shown(text)} is not a version (PEP 440)") from None
        if found.epoch > MAX_EPOCH:
            raise ValueError(f"the epoch of {shown(text)} is above {MAX_EPOCH}, dpkg's highest")
        return str(found)


class Specifier(Value):
    """Versions of something (PEP 440). "===" is none of them: it admits any text at all."""

    @classmethod
    def checked(cls, text: str) -> str:
        try:
            found = specifiers.SpecifierSet(text)
        except specifiers.InvalidSpecifier:
            raise ValueError(f"{shown(text)} is not a version specifier (PEP 440)") from None
        if any(one.operator == "===" for one in found):
            raise ValueError(f"{shown(text)} is not a version specifier that can be compared")
        return str(found)


class Requirement(Value):
    """A dependency (PEP 508), as it is written."""

    @classmethod
    def checked(cls, text: str) -> str:
        try:
            requirements.Requirement(text)
        except requirements.InvalidRequirement:
            raise ValueError(f"{shown(text)} is not a requirement (PEP 508)") from None
        return super().checked(text)


class LanguageTag(Value):
    """RFC 5646."""

    pattern = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"
    what = "language tag"


class Section(Value):
    """A section of Debian's archive (Policy 2.4)."""

    pattern = r"[a-z0-9][a-z0-9-]*(?:/[a-z0-9-]+)?"
    what = "section of the Debian archive"


class Relation(Value):
    """A relationship between Debian packages (Policy 7.1), with alternatives."""

    pattern = rf"{RELATION}(?: ?\| ?{RELATION})*"
    what = "relationship between Debian packages (Policy 7.1)"


class ProjectPath(Value):
    """A path relative to the project's folder."""

    pattern = r"[^/].*"
    what = "path relative to the project's folder"
