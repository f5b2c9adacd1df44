"""A state directory for the tests; nothing reads the settings of whoever runs them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
import pytest

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from running import Site

SCRATCH = tempfile.TemporaryDirectory(prefix="demoapp-tests-")
for name in list(os.environ):
    if name.startswith(("DEMOAPP_", "DATABASE_URL", "SHIPWAYS_", "DJANGO_")):
        del os.environ[name]
os.environ["DEMOAPP_STATE_DIR"] = SCRATCH.name
os.environ["DJANGO_SETTINGS_MODULE"] = "demoapp.settings"


def pytest_configure() -> None:
    """Not earlier, and not left to pytest-django: the environment above has to come first."""
    django.setup()
    from django.conf import settings

    # The real one takes half a second for each account, on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Pages name static files by their hash."""
    from demoapp import statics

    statics.collect()


@pytest.fixture
def client() -> Client:
    """A browser on the same machine: plain HTTP, on a loopback name."""
    from django.test import Client

    return Client(HTTP_HOST="localhost")


@pytest.fixture
def anna(db: None) -> User:
    from django.contrib.auth.models import User

    return User.objects.create_user("anna", password="a-long-pass-phrase")


@pytest.fixture
def boris(db: None) -> User:
    from django.contrib.auth.models import User

    return User.objects.create_user("boris", password="a-long-pass-phrase")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Start ``demoapp serve`` with these variables set; all of it ends with the test."""
    from running import SERVE, Site

    started: list[Site] = []

    def start(*, program: tuple[str, ...] = SERVE, **variables: str) -> Site:
        # The static files are there already; test_static.py is about them.
        variables = {"DEMOAPP_STATIC_ROOT": f"{SCRATCH.name}/static"} | variables
        started.append(Site(tmp_path / "state", variables, program))
        return started[-1]

    yield start
    for running in started:
        running.process.terminate()
    for running in started:
        running.end()
