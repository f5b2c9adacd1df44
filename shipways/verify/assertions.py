"""Questions to an installed service; each answer that is not as it should be is a `VerifyError`."""

from __future__ import annotations

import re
from typing import Any

from shipways.errors import VerifyError
from shipways.verify.delivery import Delivery
from shipways.verify.http_client import HttpClient

LONG_S = 30 * 24 * 3600  # a static file may be kept for at least this long
START_S = 180  # within which a service has to answer


def expect(condition: bool, otherwise: str) -> None:
    if not condition:
        raise VerifyError(otherwise)


def serves(client: HttpClient, delivery: Delivery) -> str:
    """Health, the right format and version, a static file; returns what the site says of itself."""
    client.wait(START_S)
    if delivery.project.is_application:
        return delivered(client, delivery)
    said = ""
    if delivery.project.tool.about:
        facts = client.about()
        wanted = (delivery.format.id, delivery.project.version)
        found = (facts.get("format"), facts.get("version"))
        expect(found == wanted, f"The site says it is {found}, not {wanted}.")
        said = ", ".join(f"{name} {value}" for name, value in facts.items())
    if delivery.project.tool.static_url:
        static_file(client)
    return said


def delivered(client: HttpClient, delivery: Delivery) -> str:
    """What holds of any application: the runtime's health page names the version.

    A static file that may not be kept for long is a finding: that is for the project to choose.
    """
    version = client.health().get("version")
    wanted = delivery.project.version
    expect(version == wanted, f"The site says it is {version}, not {wanted}.")
    said = [f"version {version}"]
    links = client.static_links() if delivery.project.tool.static_url else []
    if links:
        control = cache_control(client.get(links[0]))
        said += [] if is_long(control) else [f"static files are kept for {control or 'no time'}"]
    return ", ".join(said)


def static_file(client: HttpClient) -> None:
    """It arrives, and a browser may keep it for long: its name changes with its content."""
    answer = client.static_file()
    control = cache_control(answer)
    expect(
        is_long(control),
        f"{answer['url']} may not be kept for long: Cache-Control: {control!r}.",
    )


def cache_control(answer: dict[str, Any]) -> str:
    """What a file's Cache-Control says. Raises `VerifyError` where it did not arrive."""
    expect(answer["status"] == 200, f"{answer['url']} gave {answer['status']}.")
    return str(answer["headers"].get("cache-control", ""))


def is_long(control: str) -> bool:
    """Whether a Cache-Control lets a browser keep a file for long (RFC 9111, 5.2)."""
    age = re.search(r"max-age=(\d+)", control)
    return age is not None and int(age.group(1)) >= LONG_S


def keeps(client: HttpClient, texts: list[str]) -> None:
    """Everything that was posted can still be read, and the session is still valid.

    A session is bound to the secret key (django.contrib.auth, session hash): when the key had
    changed, the visitor would be logged out.
    """
    missing = client.missing(texts)
    expect(not missing, f"{len(missing)} of {len(texts)} notes are gone: {missing[:3]}")
    keeps_session(client)


def keeps_session(client: HttpClient) -> None:
    """Whoever was logged in still is."""
    expect(client.is_logged_in(), "The session is no longer valid: the secret key has changed.")
