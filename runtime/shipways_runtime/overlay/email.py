"""Where mail goes: EMAIL_URL, as in smtp+tls://user:password@mail.example.org:587."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from ..application import Application
from ..config import Config
from ..errors import BadSetting
from .base import Change, Settings

# scheme -> STARTTLS, TLS from the start, port (RFC 8314)
SCHEMES = {
    "smtp": (False, False, 25),
    "smtp+tls": (True, False, 587),
    "submission": (True, False, 587),
    "smtps": (False, True, 465),
    "smtp+ssl": (False, True, 465),
}


def rules(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    url = config.environment.text("EMAIL_URL")
    if not url:
        return
    try:
        parts = urlsplit(url)
        starttls, tls, port = SCHEMES[parts.scheme]
        port = parts.port or port
    except (KeyError, ValueError) as error:
        known = ", ".join(f"{one}://" for one in SCHEMES)
        name = config.environment.called("EMAIL_URL")
        raise BadSetting(name, f"is not a URL of one of {known}") from error
    values = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": unquote(parts.hostname or "localhost"),
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": starttls,
        "EMAIL_USE_SSL": tls,
    }
    for name, value in values.items():
        yield Change(name, value, "the environment says so")
