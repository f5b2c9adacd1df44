"""What the administrator sets, read once: the runtime's own variables of this application."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import application, places
from .environment import Environment

# 12-factor names, which may be set without the application's prefix as well
PLAIN = frozenset({
    "ALLOWED_HOSTS", "CACHE_URL", "CSRF_TRUSTED_ORIGINS", "DATABASE_URL", "DATABASE_URL_FILE",
    "DEBUG", "EMAIL_URL", "HSTS_SECONDS", "HTTPS", "LANGUAGE_CODE", "MEDIA_ROOT", "SECRET_KEY",
    "SECRET_KEY_FILE", "STATIC_ROOT", "TIME_ZONE", "TRUST_PROXY",
})  # fmt: skip
LEVELS = ("debug", "info", "warning", "error")
LOCAL = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class Config:
    """Typed values of the variables; `environment` has the rest of them."""

    environment: Environment
    state: Path
    bind: str
    workers: int
    threads: int
    max_body: int  # bytes of one request
    database_wait: int  # seconds
    log_level: str
    about: bool
    debug: bool
    https: bool
    hsts_seconds: int
    trust_proxy: bool
    static_root: Path
    media_root: Path

    @property
    def backups(self) -> Path:
        return self.state / "backups"


@functools.cache
def current() -> Config:
    """Of this process. Raises `BadSetting` for a wrong value, naming the variable."""
    return read(application.current(), os.environ)


def read(app: application.Application, values: Mapping[str, str]) -> Config:
    """What the variables `values` say to this application."""
    env = Environment(values, app.prefix, PLAIN)
    folder = env.path("STATE_DIR", places.default_state)
    return Config(
        environment=env,
        state=folder,
        bind=env.text("BIND", "127.0.0.1:8000"),
        workers=env.integer("WORKERS", 2, least=1, most=64),
        threads=env.integer("THREADS", 4, least=1, most=256),
        max_body=env.integer("MAX_BODY", 100 * 1024 * 1024, least=0, most=1 << 40),
        database_wait=env.integer("DATABASE_WAIT", 60, least=0, most=3600),
        log_level=env.choice("LOG_LEVEL", "info", LEVELS),
        about=env.boolean("ABOUT", False),
        debug=env.boolean("DEBUG", False),
        https=env.boolean("HTTPS", True),
        hsts_seconds=env.integer("HSTS_SECONDS", 3600, least=0, most=2 * 365 * 86400),
        trust_proxy=env.boolean("TRUST_PROXY", False),
        static_root=env.path("STATIC_ROOT", lambda: folder / "static"),
        media_root=env.path("MEDIA_ROOT", lambda: folder / "media"),
    )
