"""Translations in step with the code: nothing missing, nothing doubtful, nothing left over."""

from __future__ import annotations

import ast
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.frontend import BaseError, CommandLineInterface
from babel.messages.pofile import read_po

from shipways import report
from shipways.formats import FORMATS
from shipways.project import model as projects
from shipways.project.model import Project
from shipways.project.names import SystemName
from shipways.report import i18n
from shipways.report.i18n import DOMAIN, LANGUAGES, LOCALE_DIR, translations

ROOT = Path(__file__).parents[2]
PACKAGE = Path(report.__file__).parent
TRANSLATED = LANGUAGES[1:]
ADVICE = "run nox -s messages"


def po_path(folder: Path, language: str) -> Path:
    return folder / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    with po_path(LOCALE_DIR, language).open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in read(language) if message.id]


@pytest.fixture
def locale(tmp_path: Path) -> Path:
    """A copy of the translations, which a test may change."""
    return shutil.copytree(LOCALE_DIR, tmp_path / "locale", ignore=lambda *_: {f"{DOMAIN}.mo"})


def pybabel(*words: str) -> None:
    CommandLineInterface().run(["pybabel", "--quiet", *words])  # type: ignore[no-untyped-call]


def check(locale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `nox -s messages` does, except that nothing is written here."""
    monkeypatch.chdir(ROOT)
    template = str(locale.parent / "template.pot")
    pybabel("extract", f"--output-file={template}")
    pybabel("update", "--check", f"--input-file={template}", f"--output-dir={locale}")


def test_translations_are_in_step_with_the_code(
    locale: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        check(locale, monkeypatch)
    except BaseError as stale:
        pytest.fail(f"{stale} {ADVICE}")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('msgid "Linter findings"', 'msgid "Findings of linters"'),
        ('msgid "%(number)s warning"', 'msgid "%(number)s warnings"'),
        ('msgid "Which one should I choose?"', 'msgid "Which one?"'),
    ],
)
def test_a_message_that_changed_is_noticed(
    locale: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    path = po_path(locale, "ru")
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(BaseError, match="out of date"):
        check(locale, monkeypatch)


@pytest.mark.parametrize("language", TRANSLATED)
def test_everything_is_translated(language: str) -> None:
    missing = [each.id for each in messages(language) if each.fuzzy or not all(forms(each))]
    assert not missing
    assert not read(language).obsolete, ADVICE


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_their_placeholders(language: str) -> None:
    for message in messages(language):
        originals = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        wanted = placeholders(originals[-1])
        assert all(placeholders(form) == wanted for form in forms(message)), message.id


def forms(message: Message) -> list[str]:
    """All that a message is translated to: one text, or one for each kind of number."""
    told = message.string
    return [*told] if isinstance(told, (tuple, list)) else [told or ""]


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|\{\w+\}", text))


def test_what_formats_declare_is_marked(notes: Path) -> None:
    """What no project changes: a reason with a project's name inside is no message."""
    one = projects.load(notes)
    other = replace(one, name=SystemName("other"), version="9", summary="Another")
    titles = {text for each in FORMATS.values() for text in (each.title, each.installs_on)}
    marked = {message.id for message in messages(TRANSLATED[0])}
    assert not (titles | (reasons(one, "a") & reasons(other, "b"))) - marked


def reasons(project: Project, file: str) -> set[str]:
    steps = (step for each in FORMATS.values() for step in each.steps(project, file))
    return {step.why for step in steps if step.why}


def test_without_a_compiled_catalog_the_source_is_read(
    locale: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n, "LOCALE_DIR", locale)
    assert translations("ru").gettext("Format") == "Формат"
    assert translations("ru").ngettext("%(number)s file", "%(number)s files", 3)[-5:] == "файла"


def test_a_newer_source_is_read(locale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "LOCALE_DIR", locale)
    source = po_path(locale, "ru")
    pybabel("compile", f"--directory={locale}")
    source.write_text(source.read_text("utf-8").replace('"Формат"', '"Вид"'), "utf-8")
    os.utime(source, (1, 1))
    assert translations("ru").gettext("Format") == "Формат"
    os.utime(source)
    os.utime(source.with_suffix(".mo"), (1, 1))
    assert translations("ru").gettext("Format") == "Вид"


def test_a_wheel_has_the_compiled_catalog_alone(
    locale: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n, "LOCALE_DIR", locale)
    pybabel("compile", f"--directory={locale}")
    po_path(locale, "ru").unlink()
    assert translations("ru").gettext("Format") == "Формат"
    po_path(locale, "ru").with_suffix(".mo").unlink()
    with pytest.raises(FileNotFoundError):
        translations("ru")


def test_messages_are_written_in_english() -> None:
    assert translations("en").gettext("Format") == "Format"
    assert not (LOCALE_DIR / "en").exists()


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
