"""HTTPS: cookies that go nowhere else, and who says that a request came by it.

The redirect is the runtime's own (`web`): it lets plain HTTP be used under a loopback name, and
the health page be asked without.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..application import Application
from ..config import Config
from .base import Change, Settings

PROXY = ("HTTP_X_FORWARDED_PROTO", "https")


def rules(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    yield Change("SECURE_SSL_REDIRECT", False, "the runtime redirects, but on this machine")
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        yield Change(name, config.https, "as HTTPS says")
    seconds = config.hsts_seconds if config.https else 0
    yield Change("SECURE_HSTS_SECONDS", seconds, "as HSTS_SECONDS says")
    header = PROXY if config.trust_proxy else None
    yield Change("SECURE_PROXY_SSL_HEADER", header, "as TRUST_PROXY says")
