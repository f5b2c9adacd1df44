"""A language: its messages by gettext, its numbers, units and dates by CLDR."""

from __future__ import annotations

import gettext
import io
import re
from datetime import datetime, timezone
from functools import cache, cached_property
from pathlib import Path

from babel import Locale
from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from shipways.util.messages import mark as _

DOMAIN = "shipways"
LOCALE_DIR = Path(__file__).parent / "locale"
LANGUAGES = ("en", "ru")  # messages are written in the first, and translated to the others
NBSP = "\N{NO-BREAK SPACE}"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


BYTE_UNITS = (_("B"), _("kB"), _("MB"), _("GB"), _("TB"))


def clean(text: str) -> str:
    """Foreign text without control and direction characters, which could forge what is read."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def brief(text: str, most: int = 160) -> str:
    """The first line of a text that may be a whole log, cut at a word."""
    line = text.strip().partition("\n")[0]
    return line if len(line) <= most else f"{line[:most].rpartition(' ')[0] or line[:most]} …"


def one_line(text: str) -> str:
    """Text without line breaks and tabs."""
    return re.sub(r"[\n\t]+", " ", text)


class Words:
    """Messages and formats of one language, such as `en` or `ru`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self.catalog = translations(language)
        self._decimals: dict[tuple[float, int], str] = {}

    @cached_property
    def endonym(self) -> str:
        """The language's name in itself, such as "English"."""
        return (self.locale.get_display_name() or self.language).capitalize()

    @property
    def choice(self) -> str:
        """What to call the choice of a language."""
        return self.say(_("Language"))

    def say(self, message: str) -> str:
        """The message in this language, or as it is."""
        return self.catalog.gettext(message) if message else ""

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The form of a message that goes with a number."""
        return self.catalog.ngettext(one, many, number)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with exactly so many decimals."""
        key = (value, digits)
        if key not in self._decimals:
            pattern = "#,##0." + "0" * digits if digits else "#,##0"
            self._decimals[key] = format_decimal(value, pattern, self.locale)
        return self._decimals[key]

    def percent(self, share: float) -> str:
        """A share of one, in percent."""
        return format_percent(share, "#,##0" + NBSP + "%", self.locale)

    def bytes(self, value: float) -> str:
        """Bytes with three significant digits and a decimal prefix."""
        power = 0
        while value >= 999.5 and power < len(BYTE_UNITS) - 1:
            value, power = value / 1000, power + 1
        return self._measure(value, BYTE_UNITS[power], _digits(value) if power else 0)

    def exact_bytes(self, value: float) -> str:
        """Bytes, all digits."""
        number = round(value)
        form = self.ngettext("%(number)s byte", "%(number)s bytes", number)
        return form % {"number": self.number(number)}

    def seconds(self, value: float) -> str:
        """Seconds with as many decimals as matter."""
        return self._measure(value, _("s"), _digits(value))

    def mib(self, value: float) -> str:
        """Memory in MiB."""
        return self._measure(value, _("MiB"), _digits(value))

    def _measure(self, value: float, unit: str, digits: int) -> str:
        return f"{self.number(value, digits)}{NBSP}{self.say(unit)}"

    def ratio(self, value: float) -> str:
        """A factor, such as 1.35."""
        return self.number(value, 2 if value < 10 else 1 if value < 100 else 0)

    def date(self, iso: str) -> str:
        """An ISO 8601 time as a date and a time of day, in UTC; as it is where it is none."""
        try:
            when = datetime.fromisoformat(iso.replace("Z", "+00:00"))
        except ValueError:
            return clean(iso)
        if when.tzinfo is None:
            when = when.replace(tzinfo=timezone.utc)
        when = when.astimezone(timezone.utc)
        return format_datetime(when, "d MMMM y, HH:mm 'UTC'", locale=self.locale)


def translations(language: str) -> gettext.NullTranslations:
    """The translations to a language, as the wheel brings them compiled.

    A checkout has them in source form as well: where those are newer, or nothing is compiled yet,
    they are compiled here, in memory. FileNotFoundError where there is neither.
    """
    if language == LANGUAGES[0]:
        return gettext.NullTranslations()
    source = LOCALE_DIR / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    compiled = source.with_suffix(".mo")
    if not source.exists() or _is_newer(compiled, source):
        return gettext.translation(DOMAIN, LOCALE_DIR, [language])
    with source.open("rb") as file:
        catalog = read_po(file, locale=language)
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


def _is_newer(path: Path, other: Path) -> bool:
    return path.exists() and path.stat().st_mtime >= other.stat().st_mtime


def _digits(value: float) -> int:
    """Decimals that leave three significant digits, at most two."""
    if value >= 99.95:
        return 0
    return 1 if value >= 9.995 else 2


@cache
def words(language: str) -> Words:
    """The words of a language; English where it is unknown."""
    return Words(language if language in LANGUAGES else "en")
