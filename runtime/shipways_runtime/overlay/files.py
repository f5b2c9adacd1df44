"""Static files, uploads and folders of other kinds: nothing is written into the tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .. import state
from ..application import PACKAGE, Application
from ..config import Config
from .base import Change, Settings, changed, in_tree

STATICFILES = "django.contrib.staticfiles"
# Folders that Django itself writes into, where a project names them
FOLDERS = ("EMAIL_FILE_PATH", "FILE_UPLOAD_TEMP_DIR", "SESSION_FILE_PATH")
# Storages that keep no manifest. Any other may, and is not imported before the settings are there.
SIMPLE = (
    "django.contrib.staticfiles.storage.StaticFilesStorage",
    "whitenoise.storage.CompressedStaticFilesStorage",
)
LENIENT = "a name that is in no manifest is served as it is, and is no error 500"
DEFAULT_STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


def rules(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    yield from _static(found, app, config)
    yield from _media(found, app, config)
    for name in FOLDERS:
        if found.get(name) and in_tree(found[name], app):
            folder = state.make_directory(config.state / Path(found[name]).name)
            yield Change(name, str(folder), "files lie in the state directory")


def _static(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    if app.static != "collect" or STATICFILES not in (found.get("INSTALLED_APPS") or ()):
        return
    yield Change("STATIC_ROOT", str(config.static_root), "collected into the state directory")
    if not found.get("STATIC_URL"):
        yield Change("STATIC_URL", "/static/", "the project names no address for them")
    storages = found.get("STORAGES") or {}
    stated = storages.get("staticfiles", {}).get("BACKEND") or found.get("STATICFILES_STORAGE")
    if stated and stated not in SIMPLE:
        table = changed(storages.get("staticfiles", {}), BACKEND=f"{PACKAGE}.storage.Lenient")
        made = {**DEFAULT_STORAGES, **storages, "staticfiles": table}
        if "STATICFILES_STORAGE" in found and "STORAGES" not in found:  # Django 4.2 knows both
            yield Change("STATICFILES_STORAGE", f"{PACKAGE}.storage.Lenient", LENIENT)
        else:
            yield Change("STORAGES", made, LENIENT)
        found["SHIPWAYS_STATIC_STORAGE"] = stated


def _media(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    given = config.environment.text("MEDIA_ROOT")
    own = found.get("MEDIA_ROOT") or ""
    if given or not own or in_tree(own, app):
        reason = "the environment says so" if given else "uploads lie in the state directory"
        yield Change("MEDIA_ROOT", str(config.media_root), reason)
    storages = found.get("STORAGES") or {}
    default = storages.get("default", {})
    location = default.get("OPTIONS", {}).get("location")
    if location and in_tree(location, app):
        options = changed(default["OPTIONS"], location=str(config.media_root))
        made = changed(storages, default=changed(default, OPTIONS=options))
        yield Change("STORAGES", made, "uploads lie in the state directory")
