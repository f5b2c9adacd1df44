"""What people have in their settings, and what they run with when they are delivered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.runtime.conftest import FRAME, Delivered

pytestmark = pytest.mark.process
Deliver = Callable[..., Delivered]
BASE = "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\n"
LOCAL = ["localhost", "127.0.0.1", "[::1]"]
ENGINE = "django.template.backends.django.DjangoTemplates"
TEMPLATES = [{"BACKEND": ENGINE, "DIRS": ["templates"]}]
STATE, TREE = "{state}", "{tree}"


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("", {"DEBUG": False, "ALLOWED_HOSTS": LOCAL}),
        ('ALLOWED_HOSTS = ["a.example"]', {"ALLOWED_HOSTS": ["a.example", *LOCAL]}),
        ('ALLOWED_HOSTS = ["*"]', {"ALLOWED_HOSTS": ["*"]}),
        ('MEDIA_ROOT = BASE_DIR / "media"', {"MEDIA_ROOT": "{state}/media"}),
        ('MEDIA_ROOT = "media"', {"MEDIA_ROOT": "{state}/media"}),
        ('MEDIA_ROOT = "/srv/media"', {"MEDIA_ROOT": "/srv/media"}),
        ('STATIC_ROOT = BASE_DIR / "static"', {"STATIC_ROOT": "{state}/static"}),
        ("del STATIC_URL", {"STATIC_URL": "/static/"}),
        ("SECURE_SSL_REDIRECT = True", {"SECURE_SSL_REDIRECT": False}),
        ("SESSION_COOKIE_SECURE = False", {"SESSION_COOKIE_SECURE": True}),
        (f"TEMPLATES = {TEMPLATES}", {"TEMPLATES": TEMPLATES}),
    ],
)  # fmt: skip
def test_a_setting(added: str, expected: dict[str, Any], deliver: Deliver) -> None:
    site = deliver({"site_/settings.py": BASE + FRAME + added})
    found = site.settings(*expected)
    filled = {
        name: value.replace(STATE, str(site.state)) if isinstance(value, str) else value
        for name, value in expected.items()
    }
    assert found == filled


@pytest.mark.parametrize(
    "name", ['BASE_DIR / "db.sqlite3"', '"db.sqlite3"', '"./db.sqlite3"', "None"]
)
def test_sqlite_beside_manage_py_moves_to_the_state(name: str, deliver: Deliver) -> None:
    text = f'DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": {name}}}}}'
    site = deliver({"site_/settings.py": BASE + FRAME + text})
    found = site.settings("DATABASES")["DATABASES"]["default"]
    assert found["NAME"] == str(site.state / "db.sqlite3")


def test_two_databases_and_one_elsewhere(deliver: Deliver) -> None:
    text = (
        'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "a.db"},'
        ' "b": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "data" / "b.db"},'
        ' "c": {"ENGINE": "django.db.backends.sqlite3", "NAME": "/srv/c.db"}}'
    )
    site = deliver({"site_/settings.py": BASE + FRAME + text})
    found = site.settings("DATABASES")["DATABASES"]
    names = [found[key]["NAME"] for key in ["default", "b", "c"]]
    assert names == [str(site.state / "a.db"), str(site.state / "b.db"), "/srv/c.db"]


@pytest.mark.parametrize(
    ("url", "engine", "name"),
    [
        ("postgres://u:p%40ss@db.example:5433/notes", "django.db.backends.postgresql", "notes"),
        ("sqlite:////srv/x.db", "django.db.backends.sqlite3", "/srv/x.db"),
    ],
)
def test_database_url_is_for_the_default(
    url: str, engine: str, name: str, deliver: Deliver
) -> None:
    found = deliver().settings("DATABASES", DATABASE_URL=url)["DATABASES"]["default"]
    assert (found["ENGINE"], found["NAME"]) == (engine, name)
    if "@" in url:
        assert (found["PASSWORD"], found["HOST"], str(found["PORT"])) == (
            "p@ss",
            "db.example",
            "5433",
        )


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("DATABASE_URL", "mongo://x/y", "DATABASE_URL: has an unknown scheme"),
        ("DATABASE_URL", "postgres://u:secret@h/", "DATABASE_URL: names no database"),
        ("SITE_HTTPS", "maybe", "SITE_HTTPS: 'maybe' is not a boolean"),
        ("SITE_WORKERS", "many", "SITE_WORKERS: 'many' is not a whole number"),
        ("SECRET_KEY", "short", "SECRET_KEY: is shorter than 32 characters"),
        ("SITE_STATE_DIR", "relative", "SITE_STATE_DIR: 'relative' is not an absolute path"),
        ("CSRF_TRUSTED_ORIGINS", "a.example", "CSRF_TRUSTED_ORIGINS: 'a.example' lacks https://"),
    ],
)
def test_a_wrong_value_is_named(variable: str, value: str, says: str, deliver: Deliver) -> None:
    done = deliver().run("check", **{variable: value})
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr and "secret" not in done.stderr


def test_the_key_is_the_installation_s(deliver: Deliver) -> None:
    site = deliver()
    first, again = site.settings("SECRET_KEY"), site.settings("SECRET_KEY")
    assert first == again and "insecure" not in first["SECRET_KEY"]
    assert (site.state / "secret_key").stat().st_mode & 0o777 == 0o600
    key = "k" * 40
    assert site.settings("SECRET_KEY", SITE_SECRET_KEY=key)["SECRET_KEY"] == key


def test_a_key_of_the_project_s_own_variable_stays(deliver: Deliver) -> None:
    text = BASE + FRAME + 'import os\nSECRET_KEY = os.environ["OWN_KEY"]\n'
    site = deliver({"site_/settings.py": text}, environment=[{"name": "OWN_KEY", "secret": True}])
    key = site.settings("SECRET_KEY")["SECRET_KEY"]
    assert key == (site.state / "secrets" / "OWN_KEY").read_text().strip()


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ({"value": "{state}/x"}, "{state}/x"),
        ({"default": "{tree}/y"}, "{tree}/y"),
        ({"default": "z"}, "z"),
    ],
)
def test_variables_are_filled_in(variable: dict[str, str], expected: str, deliver: Deliver) -> None:
    text = BASE + FRAME + 'import os\nSAID = os.environ["SAID"]\n'
    site = deliver({"site_/settings.py": text}, environment=[{"name": "SAID", **variable}])
    said = expected.replace(STATE, str(site.state)).replace(TREE, str(site.tree))
    assert site.settings("SAID")["SAID"] == said
    given = "{state}/x".replace(STATE, str(site.state)) if "value" in variable else "mine"
    assert site.settings("SAID", SAID="mine")["SAID"] == given


def test_a_required_variable_is_asked_for(deliver: Deliver) -> None:
    row = {"name": "API_KEY", "required": True, "help": "Of the payment service."}
    done = deliver(environment=[row]).run("check")
    assert done.returncode == 2
    assert "API_KEY: is not set (Of the payment service.)" in done.stderr
    assert "/etc/site/site.env" in done.stderr


def test_a_variable_that_only_the_settings_know_is_named(deliver: Deliver) -> None:
    site = deliver({"site_/settings.py": FRAME + 'import os\nX = os.environ["LOST"]\n'})
    done = site.run("check")
    assert (done.returncode, "LOST: is not set" in done.stderr) == (2, True)


SOURCES = {
    "a package": {"site_/settings/__init__.py": "", "site_/settings/base.py": FRAME,
                  "site_/settings/production.py": "from .base import *\nDEBUG = False\nMARK = 1\n"},
    "a local file": {"site_/settings.py": FRAME + "from .local import *\n",
                     "site_/local.py": "MARK = 1\n"},
    "django-environ": {"site_/settings.py": FRAME + "import environ\nenv = environ.Env()\n"
                       "MARK = env.int('MARK', default=1)\n"
                       "DATABASES = {'default': env.db(default='sqlite:///db.sqlite3')}\n"},
    "environs": {"site_/settings.py": FRAME + "from environs import Env\nenv = Env()\n"
                 "MARK = env.int('MARK', 1)\n"},
    "decouple": {"site_/settings.py": FRAME + "from decouple import config\n"
                 "MARK = config('MARK', default=1, cast=int)\n"},
    "pydantic-settings": {"site_/settings.py": FRAME + "import pydantic_settings\n"
                          "BaseSettings = pydantic_settings.BaseSettings\n"
                          "class Config(BaseSettings):\n    mark: int = 1\nMARK = Config().mark\n"},
    "django-configurations": {"site_/settings.py": "from configurations import Configuration\n"
                              "class Production(Configuration):\n    MARK = 1\n"
                              + "".join(f"    {line}\n" for line in FRAME.strip().splitlines())},
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_settings_of_every_kind(name: str, deliver: Deliver) -> None:
    keys: dict[str, str] = {}
    if name == "a package":
        keys["settings"] = "site_.settings.production"
    if name == "django-configurations":
        keys["configuration"] = "Production"
    files = dict(SOURCES[name])
    site = deliver(files, **keys)
    if name == "a package":
        (site.tree / "site_" / "settings.py").unlink()
    found = site.settings("MARK", "DEBUG", "DATABASES")
    assert (found["MARK"], found["DEBUG"]) == (1, False)
    assert found["DATABASES"]["default"]["NAME"] == str(site.state / "db.sqlite3")


def test_logs_and_caches_leave_the_tree(deliver: Deliver) -> None:
    text = (
        'LOGGING = {"version": 1, "handlers": {"f": {"class": "logging.FileHandler",'
        ' "filename": BASE_DIR / "debug.log"}}, "root": {"handlers": ["f"]}}\n'
        'CACHES = {"default": {"BACKEND":'
        ' "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": BASE_DIR / "c"}}\n'
    )
    site = deliver({"site_/settings.py": BASE + FRAME + text})
    found = site.settings("LOGGING", "CACHES")
    assert found["LOGGING"]["handlers"]["f"]["filename"] == str(site.state / "logs" / "debug.log")
    assert found["CACHES"]["default"]["LOCATION"] == str(site.state / "cache" / "default")
    assert not list(site.tree.glob("*.log"))


def test_single_settings_are_turned_off_and_set(deliver: Deliver) -> None:
    overlay = {
        "off": ["DEBUG"],
        "set": {"MARK": 2, "INSTALLED_APPS+": ["django.contrib.messages"]},
    }
    found = deliver(overlay=overlay).settings("DEBUG", "MARK", "INSTALLED_APPS")
    assert (found["DEBUG"], found["MARK"]) == (True, 2)
    assert found["INSTALLED_APPS"][-1] == "django.contrib.messages"
    assert found["INSTALLED_APPS"][0] == "django.contrib.auth"


def test_what_is_laid_over_is_shown(deliver: Deliver) -> None:
    said = deliver().run("settings").stdout
    assert "DEBUG: DEBUG is off unless the environment turns it on\n" in said
    assert "DATABASES: files lie in the state directory\n" in said
