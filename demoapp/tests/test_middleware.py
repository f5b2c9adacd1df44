"""HTTPS everywhere but on the local machine; the health check; headers."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from demoapp import __version__
from demoapp.middleware import is_loopback

LOGIN = {"username": "anna", "password": "a-long-pass-phrase"}


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1", "127.9.9.9:80", "[::1]:8000", "LOCALHOST"]
)
def test_loopback_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "example.org",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "10.0.0.1",
        "[::2]",
        "::1]",
    ],
)
def test_other_names(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_log_in_over_plain_http_on_a_loopback_name(anna: User, host: str) -> None:
    client = Client(HTTP_HOST=host, enforce_csrf_checks=True)
    token = client.get("/accounts/login/").cookies["csrftoken"]
    assert not token["secure"]
    fields = LOGIN | {"csrfmiddlewaretoken": token.value}
    response = client.post("/accounts/login/", fields, headers={"Origin": f"http://{host}"})
    assert response.status_code == 302
    assert response.headers["Location"] == "/"
    session = response.cookies["sessionid"]
    assert not session["secure"]
    assert session["httponly"]
    assert "Strict-Transport-Security" not in response.headers


@override_settings(ALLOWED_HOSTS=["example.org"])
def test_another_name_is_sent_to_https(anna: User) -> None:
    client = Client(HTTP_HOST="example.org")
    assert client.get("/").headers["Location"] == "https://example.org/"
    response = client.post("/accounts/login/", LOGIN, secure=True)
    assert response.cookies["sessionid"]["secure"]
    assert response.headers["Strict-Transport-Security"].startswith("max-age=3600")


@pytest.mark.django_db
def test_loopback_over_https_keeps_secure_cookies() -> None:
    response = Client(HTTP_HOST="localhost").get("/accounts/login/", secure=True)
    assert response.cookies["csrftoken"]["secure"]


@pytest.mark.django_db
def test_headers(client: Client) -> None:
    for address in ("/", "/admin/login/"):
        headers = client.get(address).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["localhost", "anything.example", "10.1.2.3:8000"])
def test_healthz_answers_under_any_name(host: str) -> None:
    response = Client(HTTP_HOST=host).get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "version": __version__}
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_healthz_with_a_broken_database(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE board_note RENAME TO gone")
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["reason"] == "no such table: board_note"
