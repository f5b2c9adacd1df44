"""Static files for a read-only installation: collected into the state directory."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from . import application, state
from .errors import Failure


def collect() -> None:
    """Fill STATIC_ROOT unless it holds these very files already.

    A STATIC_ROOT that cannot be written is taken as it is if somebody has filled it, as an image
    build may do.
    """
    if application.current().static != "collect" or not _has_staticfiles():
        return
    root = Path(settings.STATIC_ROOT)
    stamp, current = root / ".collected", fingerprint()
    if _content(stamp) == current or (_is_full(root) and not os.access(root, os.W_OK)):
        return
    try:
        state.make_directory(root)
        with state.lock(root / ".lock"):
            if _content(stamp) != current:
                call_command("collectstatic", interactive=False, verbosity=0)
                stamp.write_text(current, "utf-8")
    except OSError as error:
        variable = f"{application.current().prefix}STATIC_ROOT"
        raise Failure(f"{variable}: cannot collect static files: {error}") from error


def fingerprint() -> str:
    """Changes with the versions and with the name, size or time of any source file."""
    digest = hashlib.sha256(f"{application.current().version} {django.__version__}".encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = os.stat(storage.path(path))
            digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _content(stamp: Path) -> str:
    try:
        return stamp.read_text("utf-8")
    except OSError:
        return ""


def _is_full(root: Path) -> bool:
    return root.is_dir() and any(root.iterdir())


def _has_staticfiles() -> bool:
    return "django.contrib.staticfiles" in settings.INSTALLED_APPS
