"""application.json: what is delivered, as data."""

from __future__ import annotations

import pytest
from shipways_runtime.application import read

from tests.runtime.conftest import application


def test_what_is_not_said_has_a_default() -> None:
    app = application()
    assert (app.prefix, app.kind, app.health) == ("SITE_", "wsgi", "/-/health")
    assert app.prepare == (("migrate", "--noinput"),)


def test_a_process_is_a_command_or_has_one() -> None:
    app = application(
        processes={"a": ["x", "y"], "b": {"command": ["manage", "z"], "one_off": True}}
    )
    assert app.processes == {"a": ("x", "y"), "b": ("manage", "z")}


def test_keys_of_a_later_version_are_let_be() -> None:
    assert application(more=1, server="gunicorn").server == ()
    assert application(server=["own", "--port", "{port}"]).server == ("own", "--port", "{port}")
    assert application(name="my-site.org").prefix == "MY_SITE_ORG_"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "is not of schema 1"),
        ('{"schema": 2}', "is not of schema 1"),
        ('{"name": "x", "version": "1"}', "lacks 'settings'"),
        ("{", "Expecting"),
    ],
)
def test_what_is_none_is_an_error(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read(text)
