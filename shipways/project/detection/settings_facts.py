"""Settings of Django that say how a project is served and what it keeps."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from shipways.project.detection import modules, settings_values, syntax
from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.settings_values import Given, Settings
from shipways.project.detection.tree import Tree

MODULE = re.compile(r"[a-z_]\w*(?:\.\w+)*", re.IGNORECASE)
ENGINE = re.compile(r"(?:\w+\.)+\w+")
DIRECT = {
    "STATIC_ROOT": "static-root", "MEDIA_ROOT": "media-root", "AUTH_USER_MODEL": "auth-user-model",
    "ROOT_URLCONF": "root-urlconf", "STATIC_URL": "static-url",
}  # fmt: skip
LITERAL = {"root-urlconf", "static-url"}  # of no use as code that only running tells the value of
ASYNC_APPS = {"channels", "daphne"}
DATABASE_CACHE = "django.core.cache.backends.db.DatabaseCache"


def facts(tree: Tree, found: Facts) -> Iterator[Fact]:
    """installed-apps, middleware, databases, wsgi, asgi, kind, languages, prepare; `DIRECT`."""
    settings = settings_values.read(tree, found)
    apps = list(_listed(settings, "INSTALLED_APPS", "installed-apps"))
    yield from apps
    yield from _listed(settings, "MIDDLEWARE", "middleware")
    yield from _databases(settings)
    for name, key in DIRECT.items():
        given = settings.last(name)
        if given and (key not in LITERAL or syntax.literal(given.value) is not None):
            yield Fact(key, _value(given.value), given.evidence, _sure(given))
    for name, key in (("WSGI_APPLICATION", "wsgi"), ("ASGI_APPLICATION", "asgi")):
        yield from _application(tree, found, settings.last(name), key)
    yield from _kind(settings, apps[0].value if apps else (), found)
    yield from _languages(settings.last("LANGUAGES"))
    for text in settings.texts("CACHES"):
        if text.text == DATABASE_CACHE:
            steps = [["migrate", "--noinput"], ["createcachetable"]]
            yield Fact("prepare", steps, text.evidence, "inferred")
            break


def _listed(settings: Settings, name: str, key: str) -> Iterator[Fact]:
    texts = [text for text in settings.texts(name) if MODULE.fullmatch(text.text)]
    if texts:
        values = list(dict.fromkeys(text.text for text in texts))
        given = settings.last(name)
        yield Fact(key, values, given.evidence if given else texts[0].evidence, "inferred")


def _databases(settings: Settings) -> Iterator[Fact]:
    texts = settings.texts("DATABASES")
    engines = [text for text in texts if ENGINE.fullmatch(text.text) and ".backends" in text.text]
    if engines:
        values = list(dict.fromkeys(text.text for text in engines))
        yield Fact("databases", values, engines[0].evidence, "inferred")


def _application(tree: Tree, found: Facts, given: Given | None, key: str) -> Iterator[Fact]:
    name, _, attribute = syntax.text(given.value).rpartition(".") if given else ("", "", "")
    if given and name and modules.locate(tree, name, modules.bases(found)):
        yield Fact(key, f"{name}:{attribute}", given.evidence)


def _kind(settings: Settings, apps: Any, found: Facts) -> Iterator[Fact]:
    """ASGI where the settings ask for it: `startproject` writes asgi.py for everybody."""
    used = [app for app in apps if app.partition(".")[0] in ASYNC_APPS]
    given = settings.last("ASGI_APPLICATION") or settings.last("CHANNEL_LAYERS")
    if given and "asgi" in found:
        yield Fact("kind", "asgi", given.evidence, "inferred")
    elif used and "asgi" in found:
        evidence = settings.given["INSTALLED_APPS"][0].evidence
        yield Fact("kind", "asgi", f"{evidence} has {used[0]}", "inferred")
    elif "asgi" in found and "wsgi" not in found:
        yield Fact("kind", "asgi", f"{found['asgi'].evidence}, and no WSGI", "inferred")
    elif "wsgi" in found:
        yield Fact("kind", "wsgi", found["wsgi"].evidence, "inferred")


def _languages(given: Given | None) -> Iterator[Fact]:
    elements = given.value.elts if given and isinstance(given.value, ast.List | ast.Tuple) else []
    codes = [syntax.text(one.elts[0]) for one in elements
             if isinstance(one, ast.Tuple | ast.List) and one.elts]  # fmt: skip
    if given and codes and all(codes):
        yield Fact("languages", codes, given.evidence, _sure(given))


def _value(node: ast.expr) -> Any:
    """A literal's value, else its code."""
    said = syntax.literal(node)
    try:
        return said if said is not None else ast.unparse(node)
    except RecursionError:
        return ""


def _sure(given: Given) -> Any:
    return "inferred" if given.is_conditional else "stated"
