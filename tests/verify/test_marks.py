"""Data is made and found again by management commands, in real projects of several kinds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from shipways.errors import VerifyError
from shipways.util.command import run
from shipways.verify import marks
from shipways.verify.http_client import Entrance

pytestmark = pytest.mark.process
MANAGE = """\
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
SETTINGS = """\
SECRET_KEY = "x" * 50
INSTALLED_APPS = {apps!r}
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "urls"
MIDDLEWARE = []
TEMPLATES = [{{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}}]
{more}
"""
CONTRIB = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
           "django.contrib.messages", "django.contrib.admin"]  # fmt: skip
PEOPLE = """\
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

class Person(AbstractBaseUser):
    email = models.EmailField(unique=True)
    USERNAME_FIELD = "email"
    objects = BaseUserManager()
"""
ADMIN = (
    "from django.contrib import admin\nfrom django.urls import path\n"
    'urlpatterns = [path("back/", admin.site.urls)]\n'
)


class Site:
    """A project that is used from its command line."""

    def __init__(self, root: Path, apps: list[str], more: str = "", urls: str = "") -> None:
        self.root = root
        (root / "manage.py").write_text(MANAGE)
        (root / "settings.py").write_text(SETTINGS.format(apps=apps, more=more))
        (root / "urls.py").write_text(urls or "urlpatterns = []\n")
        self.command_line("migrate", "--run-syncdb", "--skip-checks")

    def command_line(self, *arguments: str) -> str:
        argv = [sys.executable, "manage.py", *arguments]
        return run(argv, cwd=self.root, timeout=60).output


def test_users(tmp_path: Path) -> None:
    site = Site(tmp_path, CONTRIB, urls=ADMIN)
    marks.make(site, "mark1")
    marks.make(site, "mark2")
    assert marks.missing(site, ["mark1", "mark2", "mark3"]) == ["mark3"]
    said = site.command_line(
        "shell", "-c", "from django.contrib.auth.models import User; print(User.objects.count())"
    )
    assert said.strip().splitlines()[-1] == "2"
    assert marks.entrance(site, "visitor") == Entrance("/back/login/", "visitor")


def test_users_that_are_known_by_their_address(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people/__init__.py").write_text("")
    (tmp_path / "people/models.py").write_text(PEOPLE)
    apps = ["people", "django.contrib.auth", "django.contrib.contenttypes"]
    site = Site(tmp_path, apps, 'AUTH_USER_MODEL = "people.Person"')
    marks.make(site, "mark1")
    assert marks.missing(site, ["mark1"]) == []
    assert marks.entrance(site, "visitor") == Entrance("", "visitor@example.org")


@pytest.mark.parametrize("app", ["django.contrib.sessions", "django.contrib.contenttypes"])
def test_without_users(app: str, tmp_path: Path) -> None:
    site = Site(tmp_path, [app])
    marks.make(site, "mark1")
    assert marks.missing(site, ["mark1", "mark2"]) == ["mark2"]
    assert marks.entrance(site, "visitor") == Entrance()


def test_with_nothing_to_store_it_in(tmp_path: Path) -> None:
    site = Site(tmp_path, [])
    with pytest.raises(VerifyError, match="No row could be stored"):
        marks.make(site, "mark1")
