"""Which settings module is the one to deliver, and what its code says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from shipways.project.detection import Facts, detect_in, syntax
from shipways.project.detection import detect as detect_files
from shipways.project.detection.tree import Tree
from tests.project.detection.conftest import Detect


def manage(settings: str) -> str:
    return (
        "import os, sys\n"
        f'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{settings}")\n'
        "from django.core.management import execute_from_command_line\n"
    )


def wsgi(settings: str) -> str:
    return (
        "import os\n"
        f'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{settings}")\n'
        "application = get_wsgi_application()\n"
    )


BASE = 'INSTALLED_APPS = ["django.contrib.admin"]\nROOT_URLCONF = "site1.urls"\n'
STAR = "from .base import *\n"
WAGTAIL = {
    "manage.py": manage("site1.settings.dev"),
    "site1/wsgi.py": wsgi("site1.settings.dev"),
    "site1/settings/__init__.py": "",
    "site1/settings/base.py": BASE,
    "site1/settings/dev.py": STAR,
    "site1/settings/production.py": STAR,
}
COOKIECUTTER = {
    "manage.py": manage("config.settings.local"),
    "config/wsgi.py": wsgi("config.settings.production"),
    "config/settings/base.py": BASE,
    "config/settings/local.py": STAR,
    "config/settings/production.py": STAR,
    "config/settings/test.py": STAR,
}
SWITCHING = {
    "manage.py": manage("site1.settings"),
    "site1/settings/__init__.py": "try:\n  from .dev import *\nexcept:\n  from .prod import *\n",
    "site1/settings/base.py": BASE,
    "site1/settings/dev.py": STAR,
    "site1/settings/prod.py": STAR,
}


@pytest.mark.parametrize(
    ("files", "settings", "evidence", "todo"),
    [
        (WAGTAIL, "site1.settings.production", "site1/settings/production.py",
         "which settings are for production? manage.py:2 names site1.settings.dev"),
        (COOKIECUTTER, "config.settings.production", "config/wsgi.py:2", ""),
        (SWITCHING, "site1.settings.prod", "site1/settings/prod.py",
         "which settings are for production? manage.py:2 names site1.settings"),
        ({"manage.py": manage("site1.settings"), "site1/settings.py": BASE,
          "site1/settings_local.py": ""}, "site1.settings", "manage.py:2", ""),
        ({"manage.py": manage("site1.settings"), "site1/settings.py": BASE,
          "site1/settings_production.py": "from .settings import *\n"}, "site1.settings",
         "manage.py:2", "or site1.settings_production (site1/settings_production.py)?"),
        ({"manage.py": "import os\nNAME = 'a.conf'\nos.environ['DJANGO_SETTINGS_MODULE'] = NAME\n",
          "a/conf.py": BASE}, "a.conf", "manage.py:3", ""),
        ({"pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = a.conf\n", "a/conf.py": BASE},
         "a.conf", "pytest.ini:2", ""),
        ({"pyproject.toml": '[tool.django-stubs]\ndjango_settings_module = "a.conf"\n',
          "a/conf.py": BASE}, "a.conf", "pyproject.toml:2", ""),
        ({"tox.ini": "[pytest]\naddopts = --ds=a.conf\n", "a/conf.py": BASE}, "a.conf",
         "tox.ini:2", ""),
        ({"Dockerfile": "ENV DJANGO_SETTINGS_MODULE=a.live\n", "manage.py": manage("a.conf"),
          "a/live.py": BASE, "a/conf.py": BASE}, "a.live", "Dockerfile:1",
          "or a.conf (manage.py:2)?"),
        ({"manage.py": manage("a.settings"), "a/settings_docker.py": BASE,
          "a/settings_example.py": BASE}, "a.settings_docker", "a/settings_docker.py:1",
         "manage.py:2 names a.settings, which is not there\n"
         "or a.settings_example (a/settings_example.py:1)?"),
        ({"site1/settings.py": BASE}, "site1.settings", "site1/settings.py:1",
         "is this the settings module?"),
    ],
)  # fmt: skip
def test_the_module_to_deliver(
    detect: Detect, files: Mapping[str, str], settings: str, evidence: str, todo: str
) -> None:
    fact = detect(files)["settings"]
    assert (fact.value, fact.evidence, fact.todo) == (settings, evidence, todo)


def test_a_module_that_is_not_there_is_none(detect: Detect) -> None:
    assert "settings" not in detect({"manage.py": manage("gone.settings")})


def test_a_class_of_the_settings(detect: Detect) -> None:
    found = detect(
        {
            "manage.py": manage("a.settings")
            + 'os.environ.setdefault("DJANGO_CONFIGURATION", "Development")\n',
            "a/settings.py": "from configurations import Configuration, values\n"
            "class Development(Configuration):\n    DEBUG = True\n"
            "class Production(Configuration):\n"
            "    SECRET_KEY = values.SecretValue()\n"
            "    DATABASES = values.DatabaseURLValue('sqlite:///x')\n"
            "    API = values.Value('none', environ_name='API_KEY', environ_prefix='')\n"
            "    INSTALLED_APPS = ['a']\n",
        }
    )
    row = found["environment.DJANGO_CONFIGURATION"]
    assert row.value == {"name": "DJANGO_CONFIGURATION", "value": "Production"}
    assert row.todo == "manage.py:4 names Development"
    assert found["environment.DJANGO_SECRET_KEY"].value["secret"]
    assert found["environment.DATABASE_URL"].value["default"] == "sqlite:///x"
    assert found["environment.API_KEY"].value["default"] == "none"
    assert found.value("installed-apps") == ["a"]


@pytest.mark.parametrize(
    ("files", "manage_py", "path", "folder"),
    [
        ({"manage.py": manage("a.settings"), "a/settings.py": BASE}, "manage.py", None, None),
        ({"src/manage.py": manage("a.settings"), "src/a/settings.py": BASE,
          "docs/manage.py": manage("x"), "tests/manage.py": manage("y")}, "src/manage.py",
         ["src"], "src"),
        ({"manage.py": manage("a.settings"), "src/a/settings.py": BASE}, "manage.py",
         [".", "src"], None),
        ({"manage.py": "import sys\nsys.path.append('apps')\n" + manage("a.settings"),
          "a/settings.py": "INSTALLED_APPS = ['shop']\n", "apps/shop/__init__.py": ""},
         "manage.py", [".", "apps"], None),
        ({"sandbox/manage.py": manage("settings"), "src/shop/__init__.py": "",
          "sandbox/settings.py": "INSTALLED_APPS = ['shop.apps.Config']\n"},
         "sandbox/manage.py", ["sandbox", "src"], "sandbox"),
    ],
)  # fmt: skip
def test_where_it_is_run_and_imported_from(
    detect: Detect, files: Mapping[str, str], manage_py: str, path: object, folder: object
) -> None:
    found = detect(files)
    assert found.value("manage") == manage_py
    assert found.value("python-path") == path
    assert found.value("working-directory") == folder


def test_two_programs_are_a_question(detect: Detect) -> None:
    found = detect({"a/manage.py": manage("x"), "b/manage.py": manage("y")})
    assert found["manage"].todo == "which one runs the site: a/manage.py, b/manage.py?"


SETTINGS = """\
from pathlib import Path
from .parts import LOCAL_APPS
BASE_DIR = Path(__file__).parent
INSTALLED_APPS = ["django.contrib.admin"] + LOCAL_APPS
INSTALLED_APPS += ["shop"]
INSTALLED_APPS.append("blog.apps.BlogConfig")
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
MIDDLEWARE.insert(0, "whitenoise.middleware.WhiteNoiseMiddleware")
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
DATABASES["default"] = {"ENGINE": "django.db.backends.postgresql"}
ROOT_URLCONF = "a.urls"
STATIC_ROOT = BASE_DIR / "static"
MEDIA_ROOT = "/srv/media"
AUTH_USER_MODEL = "a.User"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
WSGI_APPLICATION = "a.wsgi.app"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache"}}
"""


def test_a_file_may_be_in_any_encoding(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "manage.py").write_text(manage("a.settings"))
    (tmp_path / "a" / "settings.py").write_bytes(b"# Ren\xe9\r\nROOT_URLCONF = 'a.urls'\r\n")
    assert detect_files(tmp_path)["root-urlconf"].evidence == "a/settings.py:2"


def test_what_settings_say(detect: Detect) -> None:
    found = detect(
        {
            "manage.py": manage("a.settings"),
            "a/settings.py": SETTINGS,
            "a/parts.py": 'LOCAL_APPS = ["users"]\n',
            "a/wsgi.py": "app = 1\n",
        }
    )
    assert {*found.value("installed-apps")} == {
        "django.contrib.admin", "users", "shop", "blog.apps.BlogConfig"
    }  # fmt: skip
    assert "whitenoise.middleware.WhiteNoiseMiddleware" in found.value("middleware")
    assert found.value("databases") == [
        "django.db.backends.sqlite3", "django.db.backends.postgresql"
    ]  # fmt: skip
    assert found.value("root-urlconf") == "a.urls"
    assert found.value("static-root") == "BASE_DIR / 'static'"
    assert found.value("media-root") == "/srv/media"
    assert found.value("auth-user-model") == "a.User"
    assert found.value("languages") == ["en", "de"]
    assert found.value("wsgi") == "a.wsgi:app"
    assert found.value("prepare") == [["migrate", "--noinput"], ["createcachetable"]]
    assert found["auth-user-model"].evidence == "a/settings.py:14"


@pytest.mark.parametrize(
    ("settings", "more", "kind"),
    [
        ("", {"a/wsgi.py": "application = 1", "a/asgi.py": "application = 1"}, "wsgi"),
        ('ASGI_APPLICATION = "a.asgi.application"\n',
         {"a/wsgi.py": "application = 1", "a/asgi.py": "application = 1"}, "asgi"),
        ('INSTALLED_APPS = ["daphne"]\n',
         {"a/wsgi.py": "application = 1", "a/asgi.py": "application = 1"}, "asgi"),
        ("", {"a/asgi.py": "application = 1"}, "asgi"),
        ("", {"a/asgi.py": "application = 1", "a/wsgi.py": "application = 1",
              "Procfile": "web: uvicorn a.asgi:application --port $PORT\n"}, "asgi"),
        ("", {"a/asgi.py": "application = 1", "a/wsgi.py": "application = 1",
              "Procfile": "web: gunicorn a.wsgi --log-file -\n"}, "wsgi"),
    ],
)  # fmt: skip
def test_the_kind_of_server(
    detect: Detect, settings: str, more: Mapping[str, str], kind: str
) -> None:
    files = {"manage.py": manage("a.settings"), "a/settings.py": settings, **more}
    assert detect(files).value("kind") == kind


def found_in(path: str, text: str) -> Facts:
    tree = Tree(Path("/nonexistent/mysite"), [path])
    tree._parsed["text", path] = text
    return detect_in(tree)


STATEMENTS = st.lists(
    st.sampled_from(
        [
            "import os", "os.environ['DJANGO_SETTINGS_MODULE'] = 'a'", "x = os.environ[0]",
            "INSTALLED_APPS = INSTALLED_APPS + INSTALLED_APPS", "A = B", "B = A",
            "def f(a): return os.getenv(a)",
            "f()", "f('X', *y)", "os.environ.get()", "env()", "class S(BaseSettings): x: int",
            "from . import *", "from .... import a", "DATABASES = env.db()", "LANGUAGES = [()]",
            "X = " + "(" * 30 + "1" + ")" * 30, "if x:\n    A = 1",
        ]
    )
)  # fmt: skip


@pytest.mark.parametrize("path", ["manage.py", "setup.py", "wsgi.py", "settings.py"])
@limits(deadline=None, max_examples=60)
@given(text=st.one_of(st.text(), STATEMENTS.map("\n".join)))
def test_no_text_is_too_much(path: str, text: str) -> None:
    found = found_in(path, text)
    assert found.value("name") == "mysite"


@limits(deadline=None, max_examples=60)
@given(st.text())
def test_no_file_of_data_is_too_much(text: str) -> None:
    for path in ("pyproject.toml", "setup.cfg", "package.json", "Procfile", ".env.example",
                 "requirements.txt", "VERSION", "Pipfile"):  # fmt: skip
        assert found_in(path, text).value("name")


@pytest.mark.parametrize("operator", ["+", " and ", " or ", "."])
def test_no_expression_is_too_long(operator: str) -> None:
    for count in (500, 5_000, 20_000):
        text = f"STATIC_ROOT = {operator.join(['x'] * count)}\n"
        assert found_in("settings.py", text).value("name") == "mysite"


def test_literals_that_are_none() -> None:
    assert syntax.literal(None) is None
    assert syntax.text(None) == ""


@pytest.mark.parametrize(
    "code", ["f'{BASE}/static/'", "os.path.join(SUB, 'static/')", "static_url()"]
)
def test_an_address_that_only_running_tells_is_none(code: str, detect: Detect) -> None:
    text = f"STATIC_URL = {code}\nROOT_URLCONF = 'a.urls'\n"
    found = detect({"manage.py": manage("a.settings"), "a/settings.py": text})
    assert "static-url" not in found
    assert found.value("root-urlconf") == "a.urls"
