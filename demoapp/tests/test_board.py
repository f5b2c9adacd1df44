"""Reading, searching, posting, and what only the author may do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from demoapp.board.models import Note


def post(author: User, title: str, body: str = "Some text.") -> Note:
    return Note.objects.create(author=author, title=title, body=body)


def test_list_shows_the_newest_first(client: Client, anna: User) -> None:
    post(anna, "Newer")
    Note.objects.create(
        author=anna, title="Older", body="x", created_at=timezone.now() - timedelta(days=1)
    )
    notes = client.get("/").context["note_list"]
    assert [note.title for note in notes] == ["Newer", "Older"]


@pytest.mark.django_db
def test_empty_board_says_so(client: Client) -> None:
    assert "The board is empty" in client.get("/").content.decode()


def test_list_has_pages_that_keep_the_query(client: Client, anna: User) -> None:
    for number in range(30):
        post(anna, f"Lamp {number}")
    post(anna, "Chair")
    first = client.get("/", {"q": "lamp"})
    assert len(first.context["note_list"]) == 12
    assert 'href="?q=lamp&amp;page=2"' in first.content.decode()
    assert len(client.get("/", {"q": "lamp", "page": "3"}).context["note_list"]) == 6
    assert client.get("/", {"page": "99"}).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("кот", ["Кот ищет дом"]),
        ("КОТ ДОМ", ["Кот ищет дом"]),
        ("рыжий кот", ["Кот ищет дом"]),
        ("кот лампа", []),
        ("STRASSE", ["Straße"]),
        ("cafe\u0301", ["Café"]),
        ("100%", ["100% wool"]),
        ("_", []),
        ("  ", ["100% wool", "Café", "Straße", "Кот ищет дом"]),
    ],
)
def test_search_finds_notes_with_every_word(
    client: Client, anna: User, query: str, found: list[str]
) -> None:
    post(anna, "Кот ищет дом", "Рыжий.")
    post(anna, "Straße")
    post(anna, "Café")
    post(anna, "100% wool")
    assert [note.title for note in client.get("/", {"q": query}).context["note_list"]] == found


def test_markup_in_a_note_is_text(client: Client, anna: User) -> None:
    note = post(anna, "<script>alert(1)</script>", "<img src=x onerror=alert(1)> https://a.test/")
    for page in (client.get("/"), client.get(note.get_absolute_url()), client.get("/?q=<script>")):
        text = page.content.decode()
        assert "<script" not in text
        assert "<img src=x" not in text
    assert 'href="https://a.test/"' in client.get(note.get_absolute_url()).content.decode()


def test_posting_needs_an_account(client: Client, db: None) -> None:
    assert client.get("/notes/new/").headers["Location"] == "/accounts/login/?next=/notes/new/"
    assert client.post("/notes/new/", {"title": "x", "body": "y"}).status_code == 302
    assert not Note.objects.exists()


def test_post_edit_and_delete_one_s_own(client: Client, anna: User) -> None:
    client.force_login(anna)
    page = client.post("/notes/new/", {"title": "Lamp", "body": "Old."}, follow=True)
    assert "Your note is on the board." in page.content.decode()
    note = Note.objects.get()
    assert (note.author, note.edited_at) == (anna, None)

    page = client.post(f"/notes/{note.pk}/edit/", {"title": "Chair", "body": "Old."}, follow=True)
    assert "Your note has been changed." in page.content.decode()
    note.refresh_from_db()
    assert note.title == "Chair" and note.edited_at
    assert list(Note.objects.search("chair")) == [note]

    assert "Delete “Chair”?" in client.get(f"/notes/{note.pk}/delete/").content.decode()
    page = client.post(f"/notes/{note.pk}/delete/", follow=True)
    assert "Your note has been deleted." in page.content.decode()
    assert not Note.objects.exists()


@pytest.mark.parametrize("action", ["edit", "delete"])
def test_nobody_else_may(client: Client, anna: User, boris: User, action: str) -> None:
    note = post(anna, "Lamp")
    address = f"/notes/{note.pk}/{action}/"
    assert client.post(address, {"title": "x", "body": "y"}).status_code == 302
    client.force_login(boris)
    assert f"/{action}/" not in client.get(note.get_absolute_url()).content.decode()
    assert client.get(address).status_code == 403
    assert client.post(address, {"title": "x", "body": "y"}).status_code == 403
    note.refresh_from_db()
    assert note.title == "Lamp"


def test_a_wrong_form_comes_back_with_its_errors_tied_to_the_field(
    client: Client, anna: User
) -> None:
    client.force_login(anna)
    text = client.post("/notes/new/", {"title": "", "body": "x" * 5001}).content.decode()
    assert 'aria-invalid="true"' in text
    assert 'aria-describedby="id_title_error"' in text
    assert 'id="id_title_error"' in text
    assert 'aria-describedby="id_body_helptext id_body_error"' in text


def test_admin_finds_and_changes_notes(client: Client, anna: User) -> None:
    note = post(anna, "Lamp")
    client.force_login(User.objects.create_superuser("root", password="a-long-pass-phrase"))
    assert "Lamp" in client.get("/admin/board/note/", {"q": "lamp"}).content.decode()
    address = f"/admin/board/note/{note.pk}/change/"
    client.post(address, {"author": anna.pk, "title": "Chair", "body": "New."})
    assert Note.objects.search("chair").get() == note


@pytest.mark.django_db
def test_unknown_address_is_a_page_of_this_site(client: Client) -> None:
    response = client.get("/notes/1/")
    assert response.status_code == 404
    assert "Back to the board" in response.content.decode()
