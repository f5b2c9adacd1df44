"""Static files, uploads and caches: nothing is written into the tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.utils.module_loading import import_string

from ..application import PACKAGE, Application
from ..config import Config
from .base import Change, Settings, changed, in_tree

STATICFILES = "django.contrib.staticfiles"
FILE_CACHE = "django.core.cache.backends.filebased.FileBasedCache"
DEFAULT_STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


def rules(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    yield from _static(found, app, config)
    yield from _media(found, app, config)
    if found.get("CACHES"):
        made = {name: _cache(name, one, app, config) for name, one in found["CACHES"].items()}
        yield Change("CACHES", made, "files lie in the state directory")


def _static(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    if app.static != "collect" or STATICFILES not in (found.get("INSTALLED_APPS") or ()):
        return
    yield Change("STATIC_ROOT", str(config.static_root), "collected into the state directory")
    if not found.get("STATIC_URL"):
        yield Change("STATIC_URL", "/static/", "the project names no address for them")
    storages = found.get("STORAGES") or {}
    stated = storages.get("staticfiles", {}).get("BACKEND") or found.get("STATICFILES_STORAGE")
    if stated and _is_strict(stated):
        table = changed(storages.get("staticfiles", {}), BACKEND=f"{PACKAGE}.storage.Lenient")
        made = {**DEFAULT_STORAGES, **storages, "staticfiles": table}
        if "STATICFILES_STORAGE" in found and "STORAGES" not in found:  # Django 4.2 knows both
            yield Change("STATICFILES_STORAGE", f"{PACKAGE}.storage.Lenient", LENIENT)
        else:
            yield Change("STORAGES", made, LENIENT)
        found["SHIPWAYS_STATIC_STORAGE"] = stated


LENIENT = "a name that is in no manifest is served as it is, and is no error 500"


def _is_strict(backend: str) -> bool:
    try:
        return bool(getattr(import_string(backend), "manifest_strict", False))
    except ImportError:
        return False


def _media(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    given = config.environment.text("MEDIA_ROOT")
    own = found.get("MEDIA_ROOT") or ""
    if given or not own or in_tree(own, app):
        reason = "the environment says so" if given else "uploads lie in the state directory"
        yield Change("MEDIA_ROOT", str(config.media_root), reason)


def _cache(name: str, one: Mapping[str, Any], app: Application, config: Config) -> dict[str, Any]:
    if one.get("BACKEND") != FILE_CACHE or not in_tree(one.get("LOCATION", ""), app):
        return dict(one)
    return changed(one, LOCATION=str(config.state / "cache" / Path(name).name))
