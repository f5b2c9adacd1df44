"""Language and time zone, where the environment says them."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from ..application import Application
from ..config import Config
from ..errors import BadSetting
from .base import Change, Settings


def rules(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    env = config.environment
    language, zone = env.text("LANGUAGE_CODE"), env.text("TIME_ZONE")
    known = [code for code, _ in found.get("LANGUAGES") or ()]
    if language and known and language not in known:
        name = env.called("LANGUAGE_CODE")
        raise BadSetting(name, f"{language!r} is not known; use one of {', '.join(known)}")
    if language:
        yield Change("LANGUAGE_CODE", language, "the environment says so")
    if zone:
        try:
            ZoneInfo(zone)
        except (ValueError, OSError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
            raise BadSetting(env.called("TIME_ZONE"), f"{zone!r} is not in tzdata") from error
        yield Change("TIME_ZONE", zone, "the environment says so")
