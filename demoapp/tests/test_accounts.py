"""Sign up, log in, log out, change the password."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

PHRASE = "a-long-pass-phrase"


def sign_up(client: Client, **fields: str) -> Any:
    data = {"username": "clara", "password1": PHRASE, "password2": PHRASE} | fields
    return client.post("/accounts/signup/", data, follow=True)


@pytest.mark.django_db
def test_sign_up_logs_in_and_greets(client: Client) -> None:
    page = sign_up(client)
    assert "Welcome, clara!" in page.content.decode()
    assert page.context["user"].get_username() == "clara"
    assert not User.objects.get().is_staff


@pytest.mark.django_db
def test_sign_up_goes_on_to_the_page_that_asked_for_it(client: Client) -> None:
    assert (
        'value="/notes/new/"' in client.get("/accounts/signup/?next=/notes/new/").content.decode()
    )
    assert sign_up(client, next="/notes/new/").redirect_chain == [("/notes/new/", 302)]


@pytest.mark.django_db
def test_sign_up_goes_to_no_other_site(client: Client) -> None:
    text = client.get("/accounts/signup/?next=https://evil.test/").content.decode()
    assert "evil.test" not in text
    assert sign_up(client, next="https://evil.test/").redirect_chain == [("/", 302)]


@pytest.mark.parametrize(
    "fields",
    [{"username": "anna"}, {"password2": "another"}, {"password1": "12345", "password2": "12345"}],
)
def test_sign_up_refuses(client: Client, anna: User, fields: dict[str, str]) -> None:
    assert sign_up(client, **fields).context["form"].errors
    assert User.objects.count() == 1


def test_log_in_and_out(client: Client, anna: User) -> None:
    page = client.post("/accounts/login/", {"username": "anna", "password": "wrong"})
    assert 'role="alert"' in page.content.decode()
    page = client.post("/accounts/login/", {"username": "anna", "password": PHRASE}, follow=True)
    assert page.context["user"] == anna
    assert client.get("/accounts/login/").headers["Location"] == "/"
    assert client.get("/accounts/signup/").headers["Location"] == "/"
    page = client.post("/accounts/logout/", follow=True)
    assert page.context["user"].is_anonymous


def test_change_password(client: Client, anna: User) -> None:
    assert client.get("/accounts/password/").status_code == 302
    client.force_login(anna)
    fields = {"old_password": PHRASE, "new_password1": PHRASE + "2", "new_password2": PHRASE + "2"}
    page = client.post("/accounts/password/", fields, follow=True)
    assert "Your password has been changed." in page.content.decode()
    anna.refresh_from_db()
    assert anna.check_password(PHRASE + "2")
