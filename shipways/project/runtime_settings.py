"""The environment variables of every delivered application, for its settings file."""

from __future__ import annotations

from shipways.project.model import Setting
from shipways.project.names import SystemName, VariableName
from shipways.project.values import Prose, Verbatim

# Without the application's prefix, which BARE ones have not: hosting services set those.
ROWS = (
    (
        "STATE_DIR",
        "~/.local/state/{name}",
        "Directory for the database, its copies, uploads, static files and secrets.",
    ),
    (
        "BIND",
        "127.0.0.1:{port}",
        "Where to listen: HOST:PORT, [IPV6]:PORT or unix:PATH.",
    ),
    (
        "WORKERS",
        "2",
        "Processes that serve requests.",
    ),
    (
        "THREADS",
        "4",
        "Threads in each of these processes (WSGI).",
    ),
    (
        "MAX_BODY",
        "104857600",
        "Bytes of the largest request that is read. 0 for any.",
    ),
    (
        "ALLOWED_HOSTS",
        "localhost,127.0.0.1,[::1]",
        "Host names this site answers to, separated by commas.",
    ),
    (
        "CSRF_TRUSTED_ORIGINS",
        "",
        "Other origins that forms may come from, such as https://www.example.org, "
        "separated by commas.",
    ),
    (
        "HTTPS",
        "true",
        "Require HTTPS, except on localhost. Turn off only for a trial in a trusted network.",
    ),
    (
        "HSTS_SECONDS",
        "3600",
        "How long browsers remember to use HTTPS. Raise it to 31536000 once HTTPS is "
        "known to work.",
    ),
    (
        "TRUST_PROXY",
        "false",
        "Believe X-Forwarded-Proto. Only behind a proxy that always sets it.",
    ),
    (
        "DATABASE_URL",
        "",
        "postgres://user:password@host:5432/name, or sqlite:////path/to/file. Unset: "
        "what the project's settings say; SQLite in the state directory.",
    ),
    (
        "DATABASE_URL_FILE",
        "",
        "A file to read DATABASE_URL from, instead.",
    ),
    (
        "DATABASE_WAIT",
        "60",
        "Seconds to wait at the start for a database server that does not answer yet.",
    ),
    (
        "SECRET_KEY",
        "",
        "Key that signs sessions, 32 characters or more. Unset: made once, in the state directory.",
    ),
    (
        "SECRET_KEY_FILE",
        "",
        "A file to read SECRET_KEY from, instead.",
    ),
    (
        "STATIC_ROOT",
        "",
        "Directory for the collected static files. Unset: static in the state directory.",
    ),
    (
        "MEDIA_ROOT",
        "",
        "Directory for uploads. Unset: media in the state directory.",
    ),
    (
        "LOG_LEVEL",
        "info",
        "How much to log: debug, info, warning or error.",
    ),
    (
        "ABOUT",
        "false",
        "Say at /-/about which version and format this is, and on what it runs.",
    ),
    (
        "DEBUG",
        "false",
        "Show details of an error to everybody. Never on a public site.",
    ),
)
BARE = ("DATABASE_URL", "DATABASE_URL_FILE")


def prefix(name: str) -> str:
    """Of an application's variables: "my-site" -> "MY_SITE_".

    >>> prefix("my-site")
    'MY_SITE_'
    """
    return f"{name.upper().replace('-', '_').replace('.', '_')}_"


def rows(name: SystemName, port: int) -> tuple[Setting, ...]:
    """The variables of an application of this name, in the order of its settings file."""
    return tuple(
        Setting(
            VariableName(key if key in BARE else prefix(name) + key),
            Prose(text),
            Verbatim(default.format(name=name, port=port)),
        )
        for key, default, text in ROWS
    )
