"""The certificates that pip and uv trust: both the same, those that the administrator has set.

pip takes them from its own settings, from Python's and from the system; uv from OpenSSL's variables
or, unless it is told so, from a list of its own, which knows no company's authority. This module
stands alone: the noxfile asks it before anything is installed.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator
from pathlib import Path

STATED = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")  # pip's order first
SYSTEM = {"UV_NATIVE_TLS": "true", "UV_SYSTEM_CERTS": "true"}  # one setting's old and new names
SECTIONS = ("install", "download", "global")


def stated() -> Path | None:
    """The file of certificates that a variable or pip's settings name; None: the system's.

    https://pip.pypa.io/en/stable/topics/https-certificates/
    """
    named = (os.environ.get(STATED[0]), _configured(), *map(os.environ.get, STATED[1:]))
    found = (Path(name).expanduser() for name in named if name)
    return next((path for path in found if path.is_file()), None)


def environment() -> dict[str, str]:
    """Variables by which pip and uv trust one and the same; to be added to a command's own."""
    chosen = stated()
    if not chosen:
        return dict(SYSTEM)
    return {"PIP_CERT": str(chosen), "SSL_CERT_FILE": str(chosen)}


def _configured() -> str | None:
    """`cert` in pip's settings, the last file that has one.

    https://pip.pypa.io/en/stable/topics/configuration/#location
    """
    found = None
    for path in () if os.environ.get("PIP_CONFIG_FILE") == os.devnull else _files():
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue  # pip says what is wrong with it
        values = (parser.get(section, "cert", fallback=None) for section in SECTIONS)
        found = next(filter(None, values), found)
    return found


def _files() -> Iterator[Path]:
    """The global ones, the user's, the environment's, the one that a variable names."""
    home = Path.home()
    for folder in reversed(os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")):
        yield Path(folder, "pip/pip.conf")
    yield Path("/etc/pip.conf")
    yield home / ".pip/pip.conf"
    yield Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config", "pip/pip.conf")
    yield Path(sys.prefix, "pip.conf")
    yield Path(os.environ.get("PIP_CONFIG_FILE") or os.devnull)
