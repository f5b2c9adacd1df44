"""Small Django projects of any kind, made when a test runs; nothing of them is run by units."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

MANAGE = """\
import os, sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""
SETTINGS = """\
SECRET_KEY = "django-insecure-x"
DEBUG = True
INSTALLED_APPS = ["django.contrib.staticfiles"]
ROOT_URLCONF = "mysite.urls"
WSGI_APPLICATION = "mysite.wsgi.application"
STATIC_URL = "assets/"
"""
SITE = {
    "manage.py": MANAGE,
    "requirements.txt": "django==5.2.1\n",
    "mysite/__init__.py": "",
    "mysite/settings.py": SETTINGS,
    "mysite/urls.py": "urlpatterns = []\n",
    "mysite/wsgi.py": "application = None\n",
}


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Path -> text, below `root`, which is returned."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root
