"""What roots take over from the host: its certificates, its proxy, its Debian mirror."""

from __future__ import annotations

import os
import re
from pathlib import Path

from shipways.util import trust

BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
EXTRA = Path("/usr/local/share/ca-certificates")  # where an administrator adds certificates
BUNDLE_IN_ROOT = "/mnt/host-certificates.pem"
BUNDLE_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT")
PROXY_VARIABLES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
MIRROR = "http://deb.debian.org/debian"
MIRROR_VARIABLE = "SHIPWAYS_DEBIAN_MIRROR"
DEBIAN_LINE = re.compile(r"(?:URIs:|deb)\s+(?:\[[^]]*\]\s+)?(https?://\S+/debian)/?(?:\s|$)")


def certificates() -> Path | None:
    """The host's bundle of trusted certificates where it holds more than the distribution's own."""
    chosen = trust.stated()
    if chosen:
        return chosen
    return BUNDLE if BUNDLE.is_file() and any(EXTRA.glob("**/*.crt")) else None


def environment() -> dict[str, str]:
    """Variables that make downloads work in a root as they do on the host."""
    found = {name: os.environ[name] for name in PROXY_VARIABLES if os.environ.get(name)}
    if certificates():
        found.update(dict.fromkeys(BUNDLE_VARIABLES, BUNDLE_IN_ROOT))
    return found


def binds() -> dict[Path, str]:
    """Files of the host that `environment` refers to, and where they are in a root."""
    bundle = certificates()
    return {bundle.resolve(): BUNDLE_IN_ROOT} if bundle else {}


def debian_mirror(etc: Path = Path("/etc")) -> str:
    """URI of the Debian archive: by SHIPWAYS_DEBIAN_MIRROR, else as the host's apt has it."""
    chosen = os.environ.get(MIRROR_VARIABLE)
    if chosen:
        return chosen.rstrip("/")
    release = etc / "os-release"
    if not release.is_file() or "ID=debian" not in release.read_text(encoding="utf-8").split():
        return MIRROR
    for path in (etc / "apt/sources.list", *sorted(etc.glob("apt/sources.list.d/*"))):
        for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
            match = DEBIAN_LINE.match(line)
            if match:
                return match.group(1)
    return MIRROR
