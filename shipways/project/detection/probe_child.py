"""Run by the project's own Python (3.9 or newer): load its settings, and write down what they are.

`python probe_child.py REQUEST ANSWER`: two files of JSON. It imports the standard library and what
the project has installed. There is no network; the tree is read-only, and what is tried is told.
"""

from __future__ import annotations

import errno
import hashlib
import importlib
import json
import os
import re
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ADDRESS = re.compile(r"0x[0-9a-f]{6,}")  # in the repr of an object, another in each process
CONNECTING = ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname")
CHANGING = {"os.mkdir", "os.remove", "os.rmdir", "os.rename", "os.link", "os.symlink",
            "os.truncate", "sqlite3.connect"}  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
PLAIN = ("STATIC_ROOT", "STATIC_URL", "MEDIA_ROOT", "MEDIA_URL", "WSGI_APPLICATION",
         "ASGI_APPLICATION", "AUTH_USER_MODEL", "ROOT_URLCONF", "DEBUG", "LANGUAGE_CODE",
         "TIME_ZONE", "INSTALLED_APPS", "MIDDLEWARE", "ALLOWED_HOSTS")  # fmt: skip


class Watch:
    """What the settings try that they will not be able to on a target (PEP 578)."""

    def __init__(self, tree: str) -> None:
        self.tree = os.path.realpath(tree)
        self.writes: list[str] = []
        self.connections: list[str] = []
        self.missed: list[str] = []

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """An audit hook: what it raises is what the caller gets."""
        if event in CONNECTING:
            self._connect(event, arguments)
        elif event == "open" and len(arguments) > 2:
            if _is_writing(arguments[1], arguments[2]):
                self._write(arguments[0])
        elif event in CHANGING and (event != "os.mkdir" or not _is_there(arguments[0])):
            self._write(arguments[0])

    def _connect(self, event: str, arguments: tuple[Any, ...]) -> None:
        where = arguments[-1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        if isinstance(where, (str, bytes)) and event == "socket.connect":
            return  # a socket in the file system
        _note(self.connections, str(where))
        raise OSError(errno.ENETUNREACH, "there is no network while settings are loaded")

    def _write(self, path: Any) -> None:
        if isinstance(path, int) or not isinstance(path, (str, bytes, os.PathLike)):
            return
        full = os.path.realpath(os.fsdecode(path))
        if full == self.tree or full.startswith(self.tree + os.sep):
            _note(self.writes, os.path.relpath(full, self.tree))
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), full)

    def environment(self) -> None:
        """Note each variable that is asked for and not set."""
        kind: Any = type(os.environ)
        get = kind.__getitem__

        def noting(environ: Any, name: str) -> str:
            try:
                return str(get(environ, name))
            except KeyError:
                _note(self.missed, str(name))
                raise

        kind.__getitem__ = noting


def _is_writing(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str) and mode:
        return bool(set(mode) & set("wax+"))
    return isinstance(flags, int) and bool(flags & WRITING)


def _is_there(path: Any) -> bool:
    return os.path.lexists(path) if isinstance(path, (str, bytes, os.PathLike)) else False


def _note(found: list[str], text: str) -> None:
    if text not in found:
        found.append(text)


def load() -> tuple[Any, str]:
    """The settings, loaded; and why the apps cannot be, where that is so."""
    if os.environ.get("DJANGO_CONFIGURATION"):
        importlib.import_module("configurations").setup()
    settings = importlib.import_module("django.conf").settings
    dir(settings)
    _ = settings.INSTALLED_APPS
    try:
        importlib.import_module("django").setup()
    except Exception as error:
        return settings, _said(error)
    return settings, ""


def told(settings: Any) -> dict[str, Any]:
    """What the toolkit asks for, as JSON can say it."""
    found = {name: _plain(getattr(settings, name, None)) for name in PLAIN}
    found["DATABASES"] = {
        alias: {key: _plain(one.get(key)) for key in ("ENGINE", "NAME", "HOST")}
        for alias, one in _mapping(getattr(settings, "DATABASES", None)).items()
    }
    for name in ("CACHES", "CHANNEL_LAYERS"):
        found[name] = {
            alias: {key: _plain(one.get(key)) for key in ("BACKEND", "LOCATION") if one.get(key)}
            for alias, one in _mapping(getattr(settings, name, None)).items()
        }
    found["LANGUAGES"] = [str(code) for code, _ in getattr(settings, "LANGUAGES", ())]
    logging = _mapping(getattr(settings, "LOGGING", None))
    handlers = _mapping(logging.get("handlers")).values()
    files = [one.get("filename") for one in handlers if isinstance(one, Mapping)]
    found["LOGGING"] = [str(file) for file in files if file]
    found["whitenoise"] = any("whitenoise" in str(one) for one in found["MIDDLEWARE"] or ())
    return found


def digests(settings: Any) -> dict[str, str]:
    """Name -> hash of each setting of the project's own: what differs in two runs is random."""
    names = [name for name in dir(settings) if name.isupper() and settings.is_overridden(name)]
    texts = {name: ADDRESS.sub("", repr(getattr(settings, name, None))) for name in names}
    return {name: hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
            for name, text in texts.items()}  # fmt: skip


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else str(value)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _place(error: BaseException, tree: str) -> str:
    """The last line of the project's own that led to an error: "mysite/settings.py:12"."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if os.path.realpath(one.filename).startswith(tree + os.sep)]
    return f"{os.path.relpath(own[-1].filename, tree)}:{own[-1].lineno}" if own else ""


def main(request: Mapping[str, Any]) -> dict[str, Any]:
    watch = Watch(request["tree"])
    sys.path[:1] = request["path"]
    watch.environment()
    sys.addaudithook(watch.hook)
    answer: dict[str, Any] = {"error": "", "where": "", "setup": ""}
    try:
        settings, answer["setup"] = load()
        answer |= {"settings": told(settings), "digests": digests(settings)}
    except (Exception, SystemExit) as error:
        answer |= {"error": _said(error), "where": _place(error, watch.tree)}
    answer["missed"], answer["writes"] = watch.missed, watch.writes
    answer["connections"] = watch.connections
    return answer


if __name__ == "__main__":
    request = json.loads(Path(sys.argv[1]).read_bytes())
    Path(sys.argv[2]).write_text(json.dumps(main(request)), "utf-8")
