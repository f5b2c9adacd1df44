"""What an administrator sets: a wrong value names its variable."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from shipways_runtime.config import Config
from shipways_runtime.errors import BadSetting

Configured = Callable[..., Config]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("SITE_HTTPS", "maybe", "'maybe' is not a boolean; use true or false"),
        ("HTTPS", "maybe", "'maybe' is not a boolean"),
        ("SITE_DEBUG", "2", "'2' is not a boolean"),
        ("SITE_TRUST_PROXY", "-", "'-' is not a boolean"),
        ("SITE_WORKERS", "0", "'0' is not a whole number from 1 to 64"),
        ("SITE_THREADS", "many", "'many' is not a whole number"),
        ("SITE_HSTS_SECONDS", "-1", "'-1' is not a whole number"),
        ("SITE_DATABASE_WAIT", "1.5", "'1.5' is not a whole number"),
        ("SITE_LOG_LEVEL", "loud", "'loud' is not known; use one of debug, info"),
        ("SITE_STATE_DIR", "here", "'here' is not an absolute path"),
        ("SITE_STATIC_ROOT", "there", "'there' is not an absolute path"),
        ("MEDIA_ROOT", "there", "'there' is not an absolute path"),
    ],
)
def test_a_wrong_value_names_its_variable(
    name: str, value: str, problem: str, configured: Configured
) -> None:
    with pytest.raises(BadSetting, match=f"^{re.escape(f'{name}: {problem}')}"):
        configured(**{name: value})


def test_an_empty_value_is_the_default(configured: Configured) -> None:
    found = configured(SITE_HTTPS="", SITE_WORKERS=" ", DEBUG="")
    assert (found.https, found.workers, found.debug) == (True, 2, False)


def test_the_prefixed_name_wins_and_others_need_it(configured: Configured) -> None:
    found = configured(DEBUG="true", SITE_DEBUG="false", HTTPS="false", WORKERS="7")
    assert (found.debug, found.https, found.workers) == (False, False, 2)


def test_secrets_come_from_files_too(configured: Configured, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("sqlite:////srv/x\n")
    (tmp_path / "empty").write_text("\n")
    read = configured(DATABASE_URL_FILE=str(tmp_path / "url")).environment
    assert read.secret("DATABASE_URL") == "sqlite:////srv/x"
    both = configured(SECRET_KEY="x", SECRET_KEY_FILE=str(tmp_path / "url")).environment
    with pytest.raises(BadSetting, match=r"^SECRET_KEY_FILE: is set and so is SECRET_KEY"):
        both.secret("SECRET_KEY")
    empty = configured(SITE_SECRET_KEY_FILE=str(tmp_path / "empty")).environment
    with pytest.raises(BadSetting, match=r"^SITE_SECRET_KEY_FILE: .* is empty"):
        empty.secret("SECRET_KEY")


def test_what_nothing_asks_for_is_pointed_out(configured: Configured) -> None:
    found = configured(SITE_WORKER="3", SITE_PORT="tcp://10.0.0.1", OTHER_X="1").environment
    assert found.misspelt() == [
        "SITE_PORT is not a setting of this version",
        "SITE_WORKER is not a setting of this version; did you mean SITE_WORKERS?",
    ]
