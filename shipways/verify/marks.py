"""Data in any Django project: made and found again by management commands, where no probe is.

What a row can be stored in differs: a user (a custom model may want more than a name), a session, a
content type. The first that takes it is used; all are searched.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol

from shipways.errors import VerifyError
from shipways.verify.http_client import Entrance

# `shell -c` of Django 4.2 gives functions no globals of the module: all stands in one namespace.
COMMON = """
import json
from django.apps import apps
from django.db import transaction

def users(text):
    from django.contrib.auth import get_user_model
    model = get_user_model()
    field = model._meta.get_field(model.USERNAME_FIELD)
    value = text + "@example.org" if type(field).__name__ == "EmailField" else text
    return model, {model.USERNAME_FIELD: value}

def sessions(text):
    from django.contrib.sessions.models import Session
    return Session, {"session_key": text[:32]}

def types(text):
    from django.contrib.contenttypes.models import ContentType
    return ContentType, {"app_label": "shipways", "model": text}
"""
MAKE = """
def make(text):
    from datetime import timedelta
    from django.utils import timezone
    for name, kind, more in (
        ("django.contrib.auth", users, {}),
        ("django.contrib.sessions", sessions, {"session_data": "", "expire_date": None}),
        ("django.contrib.contenttypes", types, {}),
    ):
        if not apps.is_installed(name):
            continue
        try:
            with transaction.atomic():
                model, fields = kind(text)
                if "expire_date" in more:
                    more["expire_date"] = timezone.now() + timedelta(days=30)
                model._default_manager.create(**fields, **more)
                return name
        except Exception:
            continue
    return ""
"""
FIND = """
def missing(texts):
    found = []
    for name, kind in (
        ("django.contrib.auth", users),
        ("django.contrib.sessions", sessions),
        ("django.contrib.contenttypes", types),
    ):
        if apps.is_installed(name):
            for text in texts:
                model, fields = kind(text)
                if model._default_manager.filter(**fields).exists():
                    found.append(text)
    return [text for text in texts if text not in found]
"""
ASK = """
def ask(name):
    from django.urls import NoReverseMatch, reverse
    said = {"login": "", "name": ""}
    if apps.is_installed("django.contrib.auth"):
        said["name"] = list(users(name)[1].values())[0]
    try:
        said["login"] = reverse("admin:login")
    except NoReverseMatch:
        pass
    return said
"""


class Shell(Protocol):
    """Where commands of the app are run, as the administrator would."""

    def command_line(self, *arguments: str) -> str: ...


def make(shell: Shell, text: str) -> None:
    """Store one text. Raises `VerifyError` where the project has nothing to store it in."""
    where = _asked(shell, COMMON + MAKE, "make", text)
    if not where:
        raise VerifyError(
            "No row could be stored: neither a user, nor a session, nor a content type."
        )


def missing(shell: Shell, texts: Sequence[str]) -> list[str]:
    """Which of these texts cannot be found any more."""
    return list(_asked(shell, COMMON + FIND, "missing", list(texts)))


def entrance(shell: Shell, user: str) -> Entrance:
    """The admin's login page, by Django's own resolver, and what `user` is called there."""
    return Entrance(**_asked(shell, COMMON + ASK, "ask", user))


def _asked(shell: Shell, code: str, function: str, argument: object) -> Any:
    """What a function says that is run by `shell -c`; its answer is the last line.

    The code is executed with one namespace for all of it: older Djangos give `shell -c` two.
    """
    call = f"{code}\nprint()\nprint(json.dumps({function}({argument!r})))\n"
    output = shell.command_line("shell", "-c", f"exec({call!r}, {{}})")
    try:
        return json.loads(output.strip().splitlines()[-1])
    except (IndexError, ValueError):
        raise VerifyError(f"The shell answers: {output.strip()[-500:]}") from None
