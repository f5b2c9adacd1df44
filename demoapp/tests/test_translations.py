"""English and Russian: complete, compiled, and shown to those who ask for them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.contrib.auth.models import User
from django.test import Client

from demoapp.board.models import Note
from running import environment

PACKAGE = Path(__file__).resolve().parent.parent / "demoapp"
LANGUAGES = ["en", "ru"]


def catalog(language: str, suffix: str, package: Path = PACKAGE) -> Path:
    return package / "locale" / language / "LC_MESSAGES" / f"django.{suffix}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language: str) -> None:
    messages = polib.pofile(str(catalog(language, "po")))
    assert messages.percent_translated() == 100
    assert not messages.fuzzy_entries()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalog_is_that_of_the_source(language: str) -> None:
    source = polib.pofile(str(catalog(language, "po")))
    compiled = polib.mofile(str(catalog(language, "mo")))
    assert dump(compiled) == dump(source)


def test_no_message_is_missing(tmp_path: Path) -> None:
    copy = shutil.copytree(PACKAGE, tmp_path / "demoapp")
    command = [sys.executable, "-m", "django", "makemessages", "-l", "ru", "--no-obsolete"]
    variables = environment(tmp_path, {"DJANGO_SETTINGS_MODULE": "demoapp.settings"})
    subprocess.run(command, cwd=copy, env=variables, check=True, capture_output=True, timeout=60)
    extracted = polib.pofile(str(catalog("ru", "po", copy)))
    assert dump(extracted) == dump(polib.pofile(str(catalog("ru", "po"))))


def dump(messages: polib.POFile | polib.MOFile) -> set[tuple[str, ...]]:
    return {
        (entry.msgctxt or "", entry.msgid, entry.msgstr, *entry.msgstr_plural.values())
        for entry in messages
    }


@pytest.mark.parametrize(
    ("count", "text"),
    [(1, "1 объявление"), (2, "2 объявления"), (5, "5 объявлений"), (21, "21 объявление")],
)
def test_russian_page(client: Client, anna: User, count: int, text: str) -> None:
    Note.objects.bulk_create(Note(author=anna, title=f"№ {n}", body="Текст") for n in range(count))
    page = client.get("/", headers={"Accept-Language": "ru"}).content.decode()
    assert '<html lang="ru">' in page
    assert f"{text}\n" in page
    assert "Новое на доске" in page


@pytest.mark.django_db
def test_a_chosen_language_stays(client: Client) -> None:
    client.post("/i18n/setlang/", {"language": "ru"})
    assert "Доска объявлений" in client.get("/").content.decode()
    client.post("/i18n/setlang/", {"language": "en"})
    assert "Notice board" in client.get("/").content.decode()
