"""Names that the runtime lays over any settings: whether the project reads them or not."""

from __future__ import annotations

from collections.abc import Mapping

# What settings that ask for one of these get, where the administrator sets nothing.
KNOWN: Mapping[str, str] = {
    "DEBUG": "false",
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "CSRF_TRUSTED_ORIGINS": "https://localhost",
    "DATABASE_URL": "sqlite:///{state}/db.sqlite3",
    "STATIC_ROOT": "{state}/static",
    "MEDIA_ROOT": "{state}/media",
    "LANGUAGE_CODE": "en",
    "TIME_ZONE": "UTC",
    "EMAIL_URL": "consolemail://",
    "CACHE_URL": "locmemcache://",
    "HTTPS": "true",
    "TRUST_PROXY": "false",
}
# An administrator need not be told of them by the project as well.
OVERLAID = {"SECRET_KEY", *KNOWN}
