"""DEBUG, and a secret key that is this installation's own."""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.core.management.utils import get_random_secret_key

from .. import state
from ..application import Application
from ..config import Config
from ..errors import BadSetting
from .base import Change, Settings, off

SHORTEST = 32


def rules(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    yield Change("DEBUG", config.debug, "DEBUG is off unless the environment turns it on")
    if off("SECRET_KEY", app):
        return
    env = config.environment
    given = env.secret("SECRET_KEY")
    if given:
        if len(given) < SHORTEST:
            raise BadSetting(env.called("SECRET_KEY"), f"is shorter than {SHORTEST} characters")
        yield Change("SECRET_KEY", given, "the environment says so")
    elif not _is_installation_s(found.get("SECRET_KEY")):
        key = state.secret(config.state / "secret_key", get_random_secret_key)
        yield Change("SECRET_KEY", key, "the project's is the same everywhere: made once, kept")


def _is_installation_s(key: object) -> bool:
    """Whether the project read it from the environment itself."""
    return isinstance(key, str) and bool(key) and key in os.environ.values()
