"""Numbers, units and dates in both languages."""

from __future__ import annotations

import pytest

from shipways.report.i18n import brief, clean, one_line, words


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        (0, "0 B", "0 Б"),
        (999, "999 B", "999 Б"),
        (999.6, "1.00 kB", "1,00 кБ"),
        (41_207, "41.2 kB", "41,2 кБ"),
        (3_318_400, "3.32 MB", "3,32 МБ"),
        (394_000_000, "394 MB", "394 МБ"),
        (9_995_000_000, "10.0 GB", "10,0 ГБ"),
        (5.5e15, "5,500 TB", "5 500 ТБ"),
    ],
)
def test_bytes(value: float, english: str, russian: str) -> None:
    assert plain(words("en").bytes(value)) == english
    assert plain(words("ru").bytes(value)) == russian


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [(0.456, "0.46 s", "0,46 с"), (12.34, "12.3 s", "12,3 с"), (1234.0, "1,234 s", "1 234 с")],
)
def test_seconds(value: float, english: str, russian: str) -> None:
    assert plain(words("en").seconds(value)) == english
    assert plain(words("ru").seconds(value)) == russian


def test_exact_bytes_have_their_plural() -> None:
    assert plain(words("ru").exact_bytes(41_207)) == "41 207 байт"
    assert plain(words("ru").exact_bytes(3)) == "3 байта"
    assert words("en").exact_bytes(1) == "1 byte"


@pytest.mark.parametrize(
    ("value", "english"), [(1.234, "1.23"), (12.34, "12.3"), (617.2, "617"), (2, "2.00")]
)
def test_ratios(value: float, english: str) -> None:
    assert words("en").ratio(value) == english


@pytest.mark.parametrize(
    ("iso", "english", "russian"),
    [
        ("2025-11-24T18:36:00Z", "24 November 2025, 18:36 UTC", "24 ноября 2025, 18:36 UTC"),
        ("2025-11-24T18:36:00+03:00", "24 November 2025, 15:36 UTC", "24 ноября 2025, 15:36 UTC"),
        ("2025-11-24T18:36:00", "24 November 2025, 18:36 UTC", "24 ноября 2025, 18:36 UTC"),
        ("yesterday", "yesterday", "yesterday"),
    ],
)
def test_dates(iso: str, english: str, russian: str) -> None:
    assert words("en").date(iso) == english
    assert words("ru").date(iso) == russian


def test_unknown_languages_are_english() -> None:
    assert words("xx").language == "en"
    assert words("ru").endonym == "Русский"


def test_foreign_text_is_cleaned() -> None:
    assert clean("a\x1b[1m\x00b\u202e") == "a\ufffd[1m\ufffdb\ufffd"
    assert clean("tab\tline\n") == "tab\tline\n"
    assert one_line("a\n\tb") == "a b"


def test_a_log_is_cut_to_its_first_line() -> None:
    assert brief("\nfirst\nsecond") == "first"
    assert brief("one two three", 9) == "one two …"
    assert brief("x" * 20, 9) == "xxxxxxxxx …"
