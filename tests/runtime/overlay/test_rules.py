"""What people have in their settings, and what is laid over it: without a process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shipways_runtime import overlay
from shipways_runtime.application import HOME
from shipways_runtime.config import Config
from shipways_runtime.errors import BadSetting

from tests.runtime.conftest import application

Configured = Callable[..., Config]
TREE = HOME / "tree"
LOCAL = ["localhost", "127.0.0.1", "[::1]"]
SQLITE = "django.db.backends.sqlite3"
APPS = ["django.contrib.auth", "django.contrib.staticfiles"]
MANIFEST = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
LENIENT = "shipways_runtime.storage.Lenient"


@pytest.fixture
def lay(configured: Configured) -> Callable[..., dict[str, Any]]:
    """Settings with the overlay over them, of an application with these keys."""

    def laid(
        own: dict[str, Any], keys: dict[str, Any] | None = None, **variables: str
    ) -> dict[str, Any]:
        app = application(**(keys or {}))
        found = {"INSTALLED_APPS": APPS, "STATIC_URL": "static/", "SECRET_KEY": "insecure", **own}
        reasons = [one.reason for one in overlay.changes(found, app, configured(app, **variables))]
        assert all(reasons)
        return found

    return laid


Lay = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, {"DEBUG": False, "ALLOWED_HOSTS": LOCAL}),
        ({"DEBUG": True}, {"DEBUG": False}),
        ({"ALLOWED_HOSTS": ["a.example"]}, {"ALLOWED_HOSTS": ["a.example", *LOCAL]}),
        ({"ALLOWED_HOSTS": ["*"]}, {"ALLOWED_HOSTS": ["*"]}),
        ({"MEDIA_ROOT": TREE / "media"}, {"MEDIA_ROOT": "{state}/media"}),
        ({"MEDIA_ROOT": "media"}, {"MEDIA_ROOT": "{state}/media"}),
        ({"MEDIA_ROOT": "/srv/media"}, {"MEDIA_ROOT": "/srv/media"}),
        ({"STATIC_ROOT": TREE / "static"}, {"STATIC_ROOT": "{state}/static"}),
        ({"STATIC_URL": None}, {"STATIC_URL": "/static/"}),
        ({"SECURE_SSL_REDIRECT": True}, {"SECURE_SSL_REDIRECT": False}),
        ({"SESSION_COOKIE_SECURE": False}, {"SESSION_COOKIE_SECURE": True}),
        ({"TEMPLATES": [{"DIRS": ["templates"]}]}, {"TEMPLATES": [{"DIRS": ["templates"]}]}),
        ({"SESSION_FILE_PATH": TREE / "sessions"}, {"SESSION_FILE_PATH": "{state}/sessions"}),
        ({"EMAIL_FILE_PATH": "/srv/mail"}, {"EMAIL_FILE_PATH": "/srv/mail"}),
        ({"LANGUAGE_CODE": "de"}, {"LANGUAGE_CODE": "de"}),
    ],
)  # fmt: skip
def test_a_setting(own: dict[str, Any], expected: dict[str, Any], lay: Lay, tmp_path: Path) -> None:
    found, state = lay(own), str(tmp_path / "state")
    filled = {
        name: value.replace("{state}", state) if isinstance(value, str) else value
        for name, value in expected.items()
    }
    assert {name: found.get(name) for name in expected} == filled


@pytest.mark.parametrize("name", [TREE / "db.sqlite3", "db.sqlite3", "./db.sqlite3", None, ""])
def test_sqlite_beside_manage_py_moves_to_the_state(name: Any, lay: Lay, tmp_path: Path) -> None:
    own = {"DATABASES": {"default": {"ENGINE": SQLITE, "NAME": name}}}
    assert lay(own)["DATABASES"]["default"]["NAME"] == tmp_path / "state" / "db.sqlite3"


@pytest.mark.parametrize("own", [{}, {"DATABASES": {}}, {"DATABASES": {"default": {}}}])
def test_no_database_is_sqlite(own: dict[str, Any], lay: Lay, tmp_path: Path) -> None:
    assert lay(own)["DATABASES"]["default"]["NAME"] == tmp_path / "state" / "db.sqlite3"


def test_two_databases_and_one_elsewhere(lay: Lay, tmp_path: Path) -> None:
    names = {"default": "a.db", "b": TREE / "data" / "b.db", "c": "/srv/c.db", "d": ":memory:"}
    own = {name: {"ENGINE": SQLITE, "NAME": place} for name, place in names.items()}
    server = {"ENGINE": "django.db.backends.postgresql", "NAME": "big"}
    found = lay({"DATABASES": {**own, "e": server}})["DATABASES"]
    state = tmp_path / "state"
    expected = [state / "a.db", state / "b.db", Path("/srv/c.db"), ":memory:"]
    assert [found[name]["NAME"] for name in names] == expected
    assert found["e"] == server


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://u:p%40s%2Fs+%23@[::1]:5433/notes?sslmode=require",
         {"NAME": "notes", "PASSWORD": "p@s/s+#", "HOST": "::1", "PORT": 5433}),
        ("psql://u@db.example/notes", {"ENGINE": "django.db.backends.postgresql", "PORT": ""}),
        ("sqlite:////srv/x.db", {"NAME": Path("/srv/x.db")}),
        ("sqlite:///x.db", {"NAME": Path("{state}/x.db")}),
    ],
)  # fmt: skip
def test_database_url_is_for_the_default(
    url: str, expected: dict[str, Any], lay: Lay, tmp_path: Path
) -> None:
    own = {"DATABASES": {"default": {"ENGINE": SQLITE, "NAME": "a", "ATOMIC_REQUESTS": True}}}
    found = lay(own, DATABASE_URL=url)["DATABASES"]["default"]
    state = str(tmp_path / "state")
    for name, value in expected.items():
        place = isinstance(value, Path)
        assert found[name] == (Path(str(value).replace("{state}", state)) if place else value)
    assert found["ATOMIC_REQUESTS"] is True


def test_no_connection_is_kept_under_asgi(lay: Lay) -> None:
    for kind, age in {"wsgi": 60, "asgi": 0}.items():
        assert lay({}, {"kind": kind})["DATABASES"]["default"]["CONN_MAX_AGE"] == age
        url = lay({}, {"kind": kind}, DATABASE_URL="postgres://h/n")["DATABASES"]["default"]
        assert url["CONN_MAX_AGE"] == age


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("DATABASE_URL", "mongo://u:hidden@x/y", "has an unknown scheme"),
        ("DATABASE_URL", "board.sqlite3", "has an unknown scheme"),
        ("DATABASE_URL", "postgres://u:hidden@h/", "names no database"),
        ("DATABASE_URL", "postgres://u:hidden@h:port/n", "is not a database URL"),
        ("DATABASE_URL", "sqlite://:memory:", "names no database"),
        ("DATABASE_URL_FILE", "/does/not/exist", "cannot read /does/not/exist"),
        ("SITE_SECRET_KEY", "short", "is shorter than 32 characters"),
        ("SECRET_KEY", "short", "is shorter than 32 characters"),
        ("SITE_TIME_ZONE", "Mars/Olympus", "is not in tzdata"),
        ("TIME_ZONE", "../etc/passwd", "is not in tzdata"),
        ("LANGUAGE_CODE", "tlh", "'tlh' is not known; use one of de, en"),
        ("CSRF_TRUSTED_ORIGINS", "a.example", "'a.example' lacks https:// or http://"),
        ("EMAIL_URL", "pigeon://u:hidden@h", "is not a URL of one of smtp://"),
        ("SITE_EMAIL_URL", "smtp://u:hidden@h:port", "is not a URL of one of smtp://"),
        ("CACHE_URL", "ftp://u:hidden@h", "is not a URL of redis://"),
    ],
)
def test_a_wrong_value_is_named(variable: str, value: str, problem: str, lay: Lay) -> None:
    with pytest.raises(BadSetting) as caught:
        lay({"LANGUAGES": [("de", "Deutsch"), ("en", "English")]}, **{variable: value})
    said = str(caught.value)
    assert said.startswith(f"{variable}: ") and problem in said
    assert "hidden" not in said


def test_what_the_environment_says_counts(lay: Lay) -> None:
    found = lay(
        {"LANGUAGES": [("de", "Deutsch")]},
        ALLOWED_HOSTS="a.example b.example,c.example",
        SITE_CSRF_TRUSTED_ORIGINS="https://a.example",
        LANGUAGE_CODE="de",
        TIME_ZONE="Europe/Vienna",
        MEDIA_ROOT="/srv/media",
        SITE_HTTPS="no",
        EMAIL_URL="smtp+tls://me:p%40ss@mail.example",
        CACHE_URL="redis://cache:6379/1",
    )
    assert found["ALLOWED_HOSTS"] == ["a.example", "b.example", "c.example"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://a.example"]
    assert (found["LANGUAGE_CODE"], found["TIME_ZONE"]) == ("de", "Europe/Vienna")
    assert found["MEDIA_ROOT"] == "/srv/media"
    assert not found["SESSION_COOKIE_SECURE"] and not found["SECURE_HSTS_SECONDS"]
    mail = [found[f"EMAIL_{name}"] for name in ("HOST", "PORT", "HOST_PASSWORD", "USE_TLS")]
    assert mail == ["mail.example", 587, "p@ss", True]
    assert found["CACHES"]["default"]["LOCATION"] == "redis://cache:6379/1"


def test_the_prefixed_name_wins(lay: Lay) -> None:
    found = lay({}, ALLOWED_HOSTS="a", SITE_ALLOWED_HOSTS="b", SECRET_KEY="k" * 40)
    assert (found["ALLOWED_HOSTS"], found["SECRET_KEY"]) == (["b"], "k" * 40)


def test_storages(lay: Lay, tmp_path: Path) -> None:
    files = "django.core.files.storage.FileSystemStorage"
    own = {
        "default": {"BACKEND": files, "OPTIONS": {"location": TREE / "up", "base_url": "/up/"}},
        "staticfiles": {"BACKEND": MANIFEST, "OPTIONS": {"x": 1}},
    }
    found = lay({"STORAGES": own})
    assert found["STORAGES"]["staticfiles"] == {"BACKEND": LENIENT, "OPTIONS": {"x": 1}}
    options = found["STORAGES"]["default"]["OPTIONS"]
    assert options == {"location": str(tmp_path / "state" / "media"), "base_url": "/up/"}
    assert found["SHIPWAYS_STATIC_STORAGE"] == MANIFEST
    old = lay({"STATICFILES_STORAGE": MANIFEST})
    assert (old["STATICFILES_STORAGE"], "STORAGES" in old) == (LENIENT, False)
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    assert lay({"STORAGES": plain})["STORAGES"] == plain


@pytest.mark.parametrize("static", ["own", "none"])
def test_static_files_of_the_project_s_own_stay(static: str, lay: Lay) -> None:
    found = lay({"STATIC_ROOT": "/srv/static"}, {"static": static})
    assert found["STATIC_ROOT"] == "/srv/static"


def test_logs_and_caches_leave_the_tree(lay: Lay, tmp_path: Path) -> None:
    handlers = {"f": {"class": "logging.FileHandler", "filename": TREE / "debug.log"}, "g": {}}
    caches = {
        "default": {"BACKEND": f"{'django.core.cache.backends'}.filebased.FileBasedCache",
                    "LOCATION": TREE / "c"},
        "other": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    }  # fmt: skip
    found = lay({"LOGGING": {"version": 1, "handlers": handlers}, "CACHES": caches})
    state = tmp_path / "state"
    assert found["LOGGING"]["handlers"]["f"]["filename"] == str(state / "logs" / "debug.log")
    assert found["CACHES"]["default"]["LOCATION"] == str(state / "cache" / "default")
    assert found["CACHES"]["other"] == caches["other"]


def test_single_settings_are_turned_off_and_set(lay: Lay, tmp_path: Path) -> None:
    keys = {"overlay": {
        "off": ["DEBUG", "SECRET_KEY", "DATABASES"],
        "set": {"MARK": 2, "INSTALLED_APPS+": ["more", "django.contrib.auth"], "NEW+": ["x"],
                "DATA": {"a": ["{state}/data", "{tree}", 1]}},
    }}  # fmt: skip
    found = lay({"DEBUG": True}, keys, DATABASE_URL="oracle://x/y")
    assert (found["DEBUG"], found["MARK"], found["SECRET_KEY"]) == (True, 2, "insecure")
    assert (found["INSTALLED_APPS"], found["NEW"]) == ([*APPS, "more"], ["x"])
    assert found["DATA"] == {"a": [str(tmp_path / "state" / "data"), str(TREE), 1]}
    assert "DATABASES" not in found
    assert not (tmp_path / "state" / "secret_key").exists()
