"""Caches: what CACHE_URL says; those in files lie in the state directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..application import Application
from ..config import Config
from ..errors import BadSetting
from .base import Change, Settings, changed, in_tree

BACKENDS = "django.core.cache.backends."
FILES = f"{BACKENDS}filebased.FileBasedCache"


def rules(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    own = found.get("CACHES") or {}
    url = config.environment.text("CACHE_URL")
    made = {name: _settled(name, one, app, config) for name, one in own.items()}
    if url:
        made["default"] = _by_url(url, config)
    if made:
        reason = "the environment says so" if url else "files lie in the state directory"
        yield Change("CACHES", made, reason)


def _settled(name: str, one: Mapping[str, Any], app: Application, config: Config) -> dict[str, Any]:
    if one.get("BACKEND") != FILES or not in_tree(one.get("LOCATION", ""), app):
        return dict(one)
    return changed(one, LOCATION=str(config.state / "cache" / Path(name).name))


def _by_url(url: str, config: Config) -> dict[str, Any]:
    scheme, _, rest = url.partition("://")
    if scheme in ("redis", "rediss", "valkey"):
        location = url.replace("valkey", "redis", 1)
        return {"BACKEND": f"{BACKENDS}redis.RedisCache", "LOCATION": location}
    if scheme == "memcached":
        return {"BACKEND": f"{BACKENDS}memcached.PyMemcacheCache", "LOCATION": rest.strip("/")}
    if scheme in ("locmem", "dummy"):
        kind = "locmem.LocMemCache" if scheme == "locmem" else "dummy.DummyCache"
        return {"BACKEND": BACKENDS + kind}
    name = config.environment.called("CACHE_URL")
    raise BadSetting(
        name, "is not a URL of redis://, rediss://, memcached://, locmem:// or dummy://"
    )
