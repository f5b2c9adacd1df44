"""Django settings, from environment variables only. README.md lists them."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from demoapp import database, state
from demoapp.environment import BadSetting, Environment

env = Environment(os.environ)

# Where this installation writes
STATE_DIR = env.path("DEMOAPP_STATE_DIR", state.default_directory)
STATIC_ROOT = env.path("DEMOAPP_STATIC_ROOT", lambda: STATE_DIR / "static")
BACKUP_DIR = STATE_DIR / "backups"

DATABASES = {"default": database.configure(env.secret("DATABASE_URL"), STATE_DIR)}
DATABASE_WAIT = env.integer("DEMOAPP_DATABASE_WAIT", 60, least=0, most=3600)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who may talk to it, and how
DEBUG = env.boolean("DEMOAPP_DEBUG", False)
SECRET_KEY = env.secret("DEMOAPP_SECRET_KEY") or state.secret_key(STATE_DIR)
if len(SECRET_KEY) < 32:
    raise BadSetting("DEMOAPP_SECRET_KEY", "is shorter than 32 characters")
ALLOWED_HOSTS = env.words("DEMOAPP_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("DEMOAPP_CSRF_TRUSTED_ORIGINS")
for origin in CSRF_TRUSTED_ORIGINS:
    if not origin.startswith(("https://", "http://")):
        raise BadSetting("DEMOAPP_CSRF_TRUSTED_ORIGINS", f"{origin!r} lacks https:// or http://")

HTTPS = env.boolean("DEMOAPP_HTTPS", True)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# One hour: a browser cannot be told to forget it, so an administrator raises it when all is well.
HSTS_SECONDS = env.integer("DEMOAPP_HSTS_SECONDS", 3600, least=0, most=2 * 365 * 86400)
SECURE_HSTS_SECONDS = HSTS_SECONDS if HTTPS else 0
TRUST_PROXY = env.boolean("DEMOAPP_TRUST_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"

# How `demoapp serve` runs
BIND = env.text("DEMOAPP_BIND", "127.0.0.1:8000")
WORKERS = env.integer("DEMOAPP_WORKERS", 2, least=1, most=64)
THREADS = env.integer("DEMOAPP_THREADS", 4, least=1, most=256)
MAX_BODY = 100 * 1024 * 1024  # bytes of one request; each thread may be storing one
LOG_LEVEL = env.choice("DEMOAPP_LOG_LEVEL", "info", ("debug", "info", "warning", "error"))

# Languages and times
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LANGUAGE_CODE = env.choice("DEMOAPP_LANGUAGE_CODE", "en", [code for code, name in LANGUAGES])
TIME_ZONE = env.text("DEMOAPP_TIME_ZONE", "UTC")
try:
    ZoneInfo(TIME_ZONE)
except (ValueError, OSError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
    raise BadSetting("DEMOAPP_TIME_ZONE", f"{TIME_ZONE!r} is not in tzdata") from error
USE_I18N = USE_TZ = True
LOCALE_PATHS = [Path(__file__).parent / "locale"]

INSTALLED_APPS = [
    "demoapp",
    "demoapp.board",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "demoapp.middleware.health",
    "demoapp.middleware.size_limit",
    "demoapp.middleware.loopback",
    "django.middleware.security.SecurityMiddleware",
    "demoapp.middleware.after_security",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "demoapp.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "demoapp.urls"
WSGI_APPLICATION = "demoapp.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "demoapp.delivery.context",
            ],
        },
    },
]

LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "login", "board:list", "board:list"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Everything to standard output: systemd and containers take it from there, and add the time.
_OUT = {"handlers": ["out"], "propagate": False}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "level": {"format": "[%(process)d] %(levelname)s %(message)s"},
        "plain": {"format": "%(message)s"},
    },
    "handlers": {
        "out": {
            "class": "logging.StreamHandler",
            "formatter": "level",
            "stream": "ext://sys.stdout",
        },
        "access": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "stream": "ext://sys.stdout",
        },
    },
    "root": {"handlers": ["out"], "level": LOG_LEVEL.upper()},
    "loggers": {
        "django": {**_OUT, "level": "INFO" if LOG_LEVEL == "debug" else LOG_LEVEL.upper()},
        # gunicorn's access log has every request already
        "django.request": {**_OUT, "level": "ERROR"},
        "django.server": {**_OUT, "level": "INFO"},
        "gunicorn.error": {**_OUT, "level": LOG_LEVEL.upper()},
        "gunicorn.access": {"handlers": ["access"], "propagate": False, "level": LOG_LEVEL.upper()},
    },
}
