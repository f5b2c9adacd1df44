"""Which names the site answers to."""

from __future__ import annotations

from collections.abc import Iterator

from ..application import Application
from ..config import LOCAL, Config
from ..errors import BadSetting
from .base import Change, Settings


def rules(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    env = config.environment
    stated, own = env.words("ALLOWED_HOSTS"), list(found.get("ALLOWED_HOSTS") or ())
    if stated:
        yield Change("ALLOWED_HOSTS", stated, "the environment says so")
    elif "*" not in own:
        hosts = [*own, *(name for name in LOCAL if name not in own)]
        yield Change("ALLOWED_HOSTS", hosts, "this machine may always ask")
    origins = env.words("CSRF_TRUSTED_ORIGINS")
    for origin in origins:
        if not origin.startswith(("https://", "http://")):
            name = env.called("CSRF_TRUSTED_ORIGINS")
            raise BadSetting(name, f"{origin!r} lacks https:// or http://")
    if origins:
        yield Change("CSRF_TRUSTED_ORIGINS", origins, "the environment says so")
