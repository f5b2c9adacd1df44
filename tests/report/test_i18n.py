"""Numbers, units and dates in both languages; catalogs in step with the sources."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog

from shipways.report import catalog
from shipways.report.i18n import LANGUAGES, brief, clean, one_line, words

PACKAGE = Path(catalog.__file__).parent


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


def messages(language: str) -> dict[Any, Any]:
    return {message.id: message for message in catalog.read(language) if message.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogs_hold_all_messages_and_no_others(language: str) -> None:
    """What the formats declare may be behind: it shows in English until it is translated."""
    wanted = {message.id for message in catalog.template() if message.id}
    others = {
        message.id
        for message in messages(language).values()
        if not any(name.startswith("formats/") for name, _line in message.locations)
    }
    assert wanted <= set(messages(language)), "run python -m shipways.report.catalog"
    assert others <= wanted, "run python -m shipways.report.catalog"


def test_declarations_of_formats_are_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "PACKAGE", tmp_path / "report")
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "image.py").write_text(
        'Format(id="image", title="Container image", installs_on="anything")\n'
        'Step("install", "docker load", "the image"), Step("start", "x", f"start {name}")\n'
        'Table(title="no message")\n'
    )
    told = [message.id for message in catalog.declared() if message.id]
    assert told == ["Container image", "anything", "the image"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogs_are_compiled(language: str) -> None:
    compiled = catalog.po_path(language).with_suffix(".mo").read_bytes()
    assert compiled == catalog.compiled(catalog.read(language))


def test_everything_is_translated() -> None:
    missing = [
        message.id
        for message in messages("ru").values()
        if message.fuzzy or not (all(message.string) if message.pluralizable else message.string)
    ]
    assert not missing


def test_translations_keep_their_placeholders() -> None:
    for message in messages("ru").values():
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set(re.findall(r"%\(\w+\)s|\{\w+\}", originals[-1]))
        for form in forms:
            assert set(re.findall(r"%\(\w+\)s|\{\w+\}", form)) == wanted, message.id


def test_update_keeps_translations_and_adds_new_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "LOCALE_DIR", tmp_path)
    template = Catalog()
    template.add("one")
    catalog.update("ru", template)
    path = catalog.po_path("ru")
    path.write_text(
        path.read_text("utf-8").replace('msgid "one"\nmsgstr ""', 'msgid "one"\nmsgstr "раз"'),
        "utf-8",
    )
    template.add("two")
    catalog.update("ru", template)
    read = catalog.read("ru")
    assert read["one"].string == "раз"
    assert "two" in read
    assert path.with_suffix(".mo").exists()


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_no_message_hides_in_an_f_string(path: Path) -> None:
    """Whether the extractor sees those depends on the version of Python."""
    hidden = [
        call.lineno
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "_"
    ]
    assert not hidden


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("templates/*.j2")), ids=lambda path: path.name)
def test_templates_translate_nothing_but_messages(path: Path) -> None:
    """A template's `_()` takes its message for markup: foreign text must never pass through."""
    assert not re.findall(r"""\b_\((?!["'])""", path.read_text("utf-8"))
