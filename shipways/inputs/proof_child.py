"""Starts a delivered application once and asks it two things; runs apart, without the toolkit.

    python3 -ISB proof_child.py SITE PACKAGE ANSWER

SITE is the bundle, PACKAGE the delivered package in it. ANSWER is written as JSON: "stage" that was
reached, "error" with "where" for what is wrong, "notes" for what could not be tried.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

SQLITE = "sqlite"
ABSENT = ("OperationalError", "InterfaceError", "ConnectionError", "ConnectionRefusedError",
          "TimeoutError", "gaierror", "ConnectionInterrupted")  # fmt: skip


class Wrong(Exception):
    """Something that no exception of the project's tells."""


def main() -> None:
    site, package, answer = sys.argv[1:]
    sys.path.insert(0, site)
    found: dict[str, Any] = {"stage": "", "error": "", "where": "", "notes": []}
    try:
        prove(package, found)
    except BaseException as error:
        traceback.print_exc()
        found |= told(error)
    Path(answer).write_text(json.dumps(found), encoding="utf-8")
    sys.stdout.flush()
    os._exit(0)  # whatever threads the project has


def prove(package: str, found: dict[str, Any]) -> None:
    """Everything that `serve` does but to listen."""
    runtime = f"{package}.runtime"
    found["stage"] = "its settings"
    importlib.import_module(f"{runtime}.setup").prepare()
    found["stage"] = "its apps"
    import django

    django.setup()
    app = importlib.import_module(f"{runtime}.application").current()
    found["stage"] = f"its {app.kind.upper()} application"
    server = importlib.import_module(f"{runtime}.{'asgi_server' if app.kind == 'asgi' else 'web'}")
    reference = app.asgi if app.kind == "asgi" else app.wsgi
    if reference:
        importlib.import_module(f"{runtime}.web").load(reference)
    from django.conf import settings

    importlib.import_module(settings.ROOT_URLCONF)
    found["stage"] = "its check"
    from django.core.management import call_command

    call_command("check", fail_level="ERROR")
    found["stage"] = "its migrations"
    from django.db.migrations.loader import MigrationLoader

    MigrationLoader(None)
    found["stage"] = "its static files"
    importlib.import_module(f"{runtime}.statics").collect()
    if ready(runtime, found):
        ask(server.application(), app, found)


def ready(runtime: str, found: dict[str, Any]) -> bool:
    """Migrate a new database; one of another kind than SQLite is nowhere in a build."""
    from django.db import connections

    others = [one.display_name for one in connections.all() if one.vendor != SQLITE]
    if others:
        found["notes"].append(f"not asked for a page: it needs {', '.join(others)}")
        return False
    found["stage"] = "its first migration"
    importlib.import_module(f"{runtime}.upgrade").upgrade(print)
    return True


def ask(site: Any, app: Any, found: dict[str, Any]) -> None:
    """The health page, which is the runtime's, and the project's own first page."""
    raised: list[BaseException] = []
    from django.core.signals import got_request_exception

    def note(**_: Any) -> None:
        raised.append(sys.exc_info()[1] or Wrong("without a reason"))

    got_request_exception.connect(note)
    for path in (app.health, "/"):
        found["stage"] = f"its page {path}"
        raised.clear()
        status = (by_asgi if app.kind == "asgi" else by_wsgi)(site, path)
        found[path] = status
        if status < 500:
            continue
        if not raised:
            raise Wrong(f"status {status}")
        if is_absent(raised[-1]):
            found["notes"].append(f"{path} answers {status}: {type(raised[-1]).__name__}")
        else:
            raise raised[-1]


def is_absent(error: BaseException | None) -> bool:
    """Whether it comes of a service that is nowhere in a build."""
    while error is not None:
        if any(kind.__name__ in ABSENT for kind in type(error).__mro__) and "no such" not in str(
            error
        ):
            return True
        error = error.__cause__ or error.__context__
    return False


def by_wsgi(site: Any, path: str) -> int:
    """One request (PEP 3333); the status."""
    from wsgiref.util import setup_testing_defaults

    environ: dict[str, Any] = {
        "PATH_INFO": path,
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
    }
    setup_testing_defaults(environ)
    got: list[str] = []
    body = site(environ, lambda status, *_: got.append(status))
    for _ in body:
        pass
    if hasattr(body, "close"):
        body.close()
    return int(got[0].split()[0])


def by_asgi(site: Any, path: str) -> int:
    """One request (https://asgi.readthedocs.io/en/latest/specs/www.html); the status."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }  # fmt: skip
    got: list[int] = []
    waiting = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop()
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            got.append(message["status"])

    asyncio.run(site(scope, receive, send))
    return got[0]


def told(error: BaseException) -> dict[str, str]:
    """The traceback's last line, and the innermost of the project's own lines."""
    last = "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if f"{os.sep}tree{os.sep}" in one.filename]
    where = ""
    if own:
        path = own[-1].filename.partition(f"{os.sep}tree{os.sep}")[2]
        where = f"{path}, line {own[-1].lineno}"
    said = last[-1] if isinstance(error, SyntaxError) else " ".join(line.strip() for line in last)
    return {"error": said.replace("django.core.exceptions.", ""), "where": where}


if __name__ == "__main__":
    main()
