"""Settings: read from the environment, and a bad value names its variable."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from demoapp.environment import BadSetting
from running import ROOT, demoapp

KEY = "k" * 20 + "0123456789" * 4


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The settings as they are with these variables set."""

    def loaded(**variables: str) -> dict[str, Any]:
        monkeypatch.setenv("DEMOAPP_STATE_DIR", str(tmp_path))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "demoapp" / "settings.py"))

    return loaded


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("DEMOAPP_HTTPS", "maybe", "'maybe' is not a boolean; use true or false"),
        ("DEMOAPP_DEBUG", "2", "'2' is not a boolean"),
        ("DEMOAPP_TRUST_PROXY", "-", "'-' is not a boolean"),
        ("DEMOAPP_WORKERS", "0", "'0' is not a whole number from 1 to 64"),
        ("DEMOAPP_THREADS", "many", "'many' is not a whole number"),
        ("DEMOAPP_HSTS_SECONDS", "-1", "'-1' is not a whole number"),
        ("DEMOAPP_DATABASE_WAIT", "1.5", "'1.5' is not a whole number"),
        ("DEMOAPP_LOG_LEVEL", "loud", "'loud' is not known; use one of debug, info"),
        ("DEMOAPP_LANGUAGE_CODE", "tlh", "'tlh' is not known; use one of en, ru"),
        ("DEMOAPP_TIME_ZONE", "Mars/Olympus", "'Mars/Olympus' is not in tzdata"),
        ("DEMOAPP_TIME_ZONE", "../etc/passwd", "is not in tzdata"),
        ("DEMOAPP_STATE_DIR", "here", "'here' is not an absolute path"),
        ("DEMOAPP_STATIC_ROOT", "there", "'there' is not an absolute path"),
        ("DEMOAPP_SECRET_KEY", "short", "is shorter than 32 characters"),
        ("DEMOAPP_SECRET_KEY_FILE", "/does/not/exist", "cannot read /does/not/exist: No such"),
        ("DEMOAPP_CSRF_TRUSTED_ORIGINS", "example.org", "'example.org' lacks https://"),
        ("DATABASE_URL", "mysql://anna:hidden@db/board", "has an unknown scheme"),
        ("DATABASE_URL", "board.sqlite3", "has an unknown scheme"),
        ("DATABASE_URL", "postgres://anna:hidden@db", "names no database"),
        ("DATABASE_URL", "postgres://anna:hidden@db:port/board", "is not a database URL"),
        ("DATABASE_URL", "sqlite://:memory:", "names no database"),
        ("DATABASE_URL_FILE", "/does/not/exist", "cannot read /does/not/exist"),
    ],
)
def test_bad_value_names_its_variable(load: Any, name: str, value: str, problem: str) -> None:
    with pytest.raises(
        BadSetting, match=f"^{re.escape(f'{name}: ')}.*{re.escape(problem)}"
    ) as error:
        load(**{name: value})
    assert "hidden" not in str(error.value)


def test_an_empty_value_is_the_default(load: Any) -> None:
    settings = load(DEMOAPP_HTTPS="", DEMOAPP_WORKERS=" ", DATABASE_URL="")
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["WORKERS"] == 2


def test_https_off_turns_off_all_of_it(load: Any) -> None:
    settings = load(DEMOAPP_HTTPS="no")
    for name in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS"):
        assert not settings[name]


def test_database_url(load: Any, tmp_path: Path) -> None:
    database = load(DATABASE_URL="sqlite:////srv/board.sqlite3")["DATABASES"]["default"]
    assert database["NAME"] == Path("/srv/board.sqlite3")
    database = load(DATABASE_URL="sqlite:///board.sqlite3")["DATABASES"]["default"]
    assert database["NAME"] == tmp_path / "board.sqlite3"


@pytest.mark.postgres
def test_database_url_with_odd_characters(load: Any) -> None:
    url = "postgres://anna:p%40s%2Fs+%23@[::1]:5433/board?sslmode=require"
    database = load(DATABASE_URL=url)["DATABASES"]["default"]
    assert (database["PASSWORD"], database["HOST"], database["PORT"]) == ("p@s/s+#", "::1", 5433)
    assert database["OPTIONS"]["sslmode"] == "require"


def test_secrets_from_files(load: Any, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    (tmp_path / "url").write_text("sqlite:////srv/board.sqlite3\n")
    settings = load(
        DEMOAPP_SECRET_KEY_FILE=str(tmp_path / "key"), DATABASE_URL_FILE=str(tmp_path / "url")
    )
    assert settings["SECRET_KEY"] == KEY
    assert settings["DATABASES"]["default"]["NAME"] == Path("/srv/board.sqlite3")
    assert not (tmp_path / "secret_key").exists()


def test_a_secret_given_twice_is_an_error(load: Any, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    with pytest.raises(BadSetting, match="DEMOAPP_SECRET_KEY_FILE: is set and so is DEMOAPP_SEC"):
        load(DEMOAPP_SECRET_KEY=KEY, DEMOAPP_SECRET_KEY_FILE=str(tmp_path / "key"))


def test_an_empty_secret_file_is_an_error(load: Any, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("\n")
    with pytest.raises(BadSetting, match="DEMOAPP_SECRET_KEY_FILE: .* is empty"):
        load(DEMOAPP_SECRET_KEY_FILE=str(tmp_path / "key"))


def test_every_variable_is_documented(load: Any) -> None:
    """Those that the code reads, those in README.md, those handed to the packages."""
    read = load()["env"].names
    pattern = r"\b(?:DEMOAPP|DATABASE)_[A-Z_]+[A-Z]\b"
    assert set(re.findall(rf"^\| `({pattern})`", (ROOT / "README.md").read_text(), re.M)) == read
    table = (ROOT / "pyproject.toml").read_text().partition("[[tool.shipways.environment]]")[2]
    assert set(re.findall(rf'^name = "({pattern})"', table, re.M)) == read


def test_the_command_complains_in_one_line(tmp_path: Path) -> None:
    done = demoapp("check", state_dir=tmp_path, DEMOAPP_HTTPS="maybe")
    complaint = "demoapp: DEMOAPP_HTTPS: 'maybe' is not a boolean; use true or false\n"
    assert (done.returncode, done.stderr, done.stdout) == (2, complaint, "")


def test_the_command_points_out_a_misspelt_variable(tmp_path: Path) -> None:
    done = demoapp("check", "--deploy", state_dir=tmp_path, DEMOAPP_ALOWED_HOSTS="x")
    assert "did you mean DEMOAPP_ALLOWED_HOSTS?" in done.stderr
    assert (done.returncode, done.stdout) == (
        0,
        "System check identified no issues (0 silenced).\n",
    )
