"""HTTPS for everybody but this machine: a redirect, and cookies that a loopback name may keep.

A browser on the same machine talks to no network there: W3C Secure Contexts, section 3.1, calls
such an origin potentially trustworthy.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from .config import Config

SAFE = "/:@!$&'()*+,;=~"  # in a path (RFC 3986, section 3.3)


def redirect(host: str, path: str, query: str, https: bool, config: Config) -> str:
    """Where a request belongs that came over plain HTTP; "" where it is right.

    A name that the site does not answer to is left to Django, which refuses it.
    """
    if https or not config.https or is_loopback(host):
        return ""
    name, port = split_domain_port(host)
    if not name or not validate_host(name, settings.ALLOWED_HOSTS):
        return ""
    where = name if port in ("", "80") else host
    to = f"https://{where}{quote(path, safe=SAFE)}"
    return f"{to}?{query}" if query else to


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine: localhost, 127.0.0.0/8 or [::1]."""
    name = split_domain_port(host)[0].rstrip(".")
    try:
        return name == "localhost" or ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def plain(name: str, value: str) -> tuple[str, str]:
    """A header; a cookie without `Secure`."""
    if name.lower() != "set-cookie":
        return name, value
    return name, re.sub(r";\s*secure(?=\s*(?:;|$))", "", value, flags=re.IGNORECASE)
