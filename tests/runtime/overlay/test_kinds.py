"""What people have in their settings, and what they run with when they are delivered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.runtime.conftest import FRAME, Delivered

pytestmark = pytest.mark.process
Deliver = Callable[..., Delivered]
BASE = "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\n"


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


def test_variables_are_filled_in(deliver: Deliver) -> None:
    names = ("VALUE", "DEFAULT", "OTHER")
    text = FRAME + "import os\n" + "".join(f"{name} = os.environ['{name}']\n" for name in names)
    rows = [
        {"name": "VALUE", "value": "{state}/x"},
        {"name": "DEFAULT", "default": "{tree}/y"},
        {"name": "OTHER", "default": "z"},
    ]
    site = deliver({"site_/settings.py": text}, environment=rows)
    found = site.settings(*names, VALUE="mine", OTHER="mine")
    assert found == {"VALUE": f"{site.state}/x", "DEFAULT": f"{site.tree}/y", "OTHER": "mine"}


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


MISSING = {
    "django-environ": "import environ\nX = environ.Env()('LOST')\n",
    "environs": "import environs\nX = environs.Env().str('LOST')\n",
    "decouple": "from decouple import config\nX = config('LOST')\n",
    "pydantic-settings": "import pydantic_settings\n"
    "class Config(pydantic_settings.BaseSettings):\n    lost: str\nConfig()\n",
}


@pytest.mark.parametrize("name", MISSING)
def test_a_library_s_complaint_is_one_line(name: str, deliver: Deliver) -> None:
    done = deliver({"site_/settings.py": FRAME + MISSING[name]}).run("check")
    assert done.returncode == 2, done.stderr
    assert "lost" in done.stderr.lower() and done.stderr.count("\n") == 1


def test_an_error_in_the_settings_is_shown_whole(deliver: Deliver) -> None:
    done = deliver({"site_/settings.py": FRAME + "1 / 0\n"}).run("check")
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr and "site_/settings.py" in done.stderr


def test_shared_names_reach_the_project(deliver: Deliver) -> None:
    """DATABASE_URL and SECRET_KEY under their usual names, whichever name was set."""
    text = FRAME + (
        "import os, environ\nSECRET_KEY = os.environ['SECRET_KEY']\nSIGNING = SECRET_KEY\n"
        "DATABASES = {'default': environ.Env().db()}\n"
    )
    site = deliver({"site_/settings.py": text})
    (site.folder / "key").write_text("k" * 40)
    found = site.settings(
        "SIGNING",
        "SECRET_KEY",
        "DATABASES",
        SITE_SECRET_KEY_FILE=str(site.folder / "key"),
        SITE_DATABASE_URL="sqlite:///x.db",
    )
    assert found["SIGNING"] == found["SECRET_KEY"] == "k" * 40
    assert found["DATABASES"]["default"]["NAME"] == str(site.state / "x.db")


def test_what_is_laid_over_is_shown(deliver: Deliver) -> None:
    said = deliver().run("settings").stdout
    assert "DEBUG: DEBUG is off unless the environment turns it on\n" in said
    assert "DATABASES: files lie in the state directory\n" in said
