"""HTTPS for everybody but this machine."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from shipways_runtime import secure
from shipways_runtime.config import Config

Configured = Callable[..., Config]


@pytest.fixture(autouse=True)
def _hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secure, "settings", SimpleNamespace(ALLOWED_HOSTS=[".example.org"]))


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "LOCALHOST.", "127.0.0.1", "127.8.9.10:80", "[::1]:80"]
)
def test_loopback_names(host: str) -> None:
    assert secure.is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "example.org", "localhost.example.org", "128.0.0.1", "127.0.0.1.example.org", "::"]
)
def test_other_names(host: str) -> None:
    assert not secure.is_loopback(host)


@pytest.mark.parametrize(
    ("host", "path", "query", "expected"),
    [
        ("example.org", "/", "", "https://example.org/"),
        ("www.example.org:80", "/a", "b=c", "https://www.example.org/a?b=c"),
        ("www.example.org:8443", "/a", "", "https://www.example.org:8443/a"),
        ("example.org", "/кот 100%/", "", "https://example.org/%D0%BA%D0%BE%D1%82%20100%25/"),
        ("example.org", "/a\r\nX: y", "", "https://example.org/a%0D%0AX:%20y"),
        ("localhost", "/", "", ""),
        ("evil.test", "/", "", ""),
        ("", "/", "", ""),
    ],
)
def test_plain_http_is_redirected(
    host: str, path: str, query: str, expected: str, configured: Configured
) -> None:
    assert secure.redirect(host, path, query, False, configured()) == expected
    assert secure.redirect(host, path, query, True, configured()) == ""
    assert secure.redirect(host, path, query, False, configured(SITE_HTTPS="false")) == ""


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        ("a=b; Path=/; Secure", "a=b; Path=/"),
        ("a=b; secure; HttpOnly", "a=b; HttpOnly"),
        ("a=secure; Path=/secure", "a=secure; Path=/secure"),
    ],
)
def test_a_loopback_name_keeps_cookies(cookie: str, expected: str) -> None:
    assert secure.plain("Set-Cookie", cookie) == ("Set-Cookie", expected)
    assert secure.plain("X-Other", cookie) == ("X-Other", cookie)
