"""Visits a site as a browser would; runs on a machine beside it, with the standard library alone.

Called as `python3 visit.py REQUEST`, where REQUEST is a JSON object: `do` names one of the
functions below, the rest are its arguments. The answer is one line of JSON.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

COOKIES = Path("/var/tmp/cookies")
STOP = Path("/var/tmp/stop")
ACKNOWLEDGED = (301, 302, 303)  # a form that was accepted sends the browser on
TIMEOUT_S = 20
Answer = dict[str, Any]


class Page(HTMLParser):
    """The hidden fields and the linked files of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "input" and found.get("type") == "hidden" and "name" in found:
            self.hidden[found["name"]] = found.get("value", "")
        if tag in ("link", "script", "img"):
            self.links += [found[name] for name in ("href", "src") if name in found]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Browser:
    """One visitor with cookies, which are kept in a file between two calls."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.jar = http.cookiejar.MozillaCookieJar(COOKIES)
        if COOKIES.exists():
            self.jar.load(ignore_discard=True)
        cookies = urllib.request.HTTPCookieProcessor(self.jar)
        self.opener = urllib.request.build_opener(cookies)
        self.exact = urllib.request.build_opener(cookies, NoRedirect)

    def get(self, path: str) -> Answer:
        return self._open(self.opener, path, None)

    def post(self, path: str, fields: dict[str, str], *, follow: bool) -> Answer:
        data = urllib.parse.urlencode(fields).encode()
        return self._open(self.opener if follow else self.exact, path, data)

    def submit(self, path: str, fields: dict[str, str], *, follow: bool = True) -> Answer:
        """Open the page with the form, fill it in, send it."""
        page = self.get(path)
        if page["status"] != 200:
            return page
        return self.post(path, {**Page(page["body"]).hidden, **fields}, follow=follow)

    def _open(self, opener: Any, path: str, data: bytes | None) -> Answer:
        url = urllib.parse.urljoin(self.base, path)
        request = urllib.request.Request(url, data, {"Referer": url})
        try:
            answer = opener.open(request, timeout=TIMEOUT_S)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            body = answer.read().decode("utf-8", "replace")
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return {"status": answer.status, "url": answer.url, "headers": headers, "body": body}


def wait(base: str, path: str, seconds: float) -> Answer:
    """Ask until the answer is 200; whether it came to that, and the last answer."""
    limit = time.monotonic() + seconds
    browser, last = Browser(base), ""
    while time.monotonic() < limit:
        try:
            last = str(browser.get(path)["status"])
            if last == "200":
                return {"answered": True, "last": last}
        except OSError as error:
            last = str(error)
        time.sleep(0.02)
    return {"answered": False, "last": last}


def get(base: str, path: str, times: int = 1) -> Answer:
    """Fetch one page, or the same one several times; the last answer counts."""
    browser = Browser(base)
    answers = [_safely(browser.get, path) for _ in range(times)]
    return answers[-1]


def submit(base: str, path: str, fields: dict[str, str]) -> Answer:
    """Send a form and follow where it leads; cookies are kept."""
    browser = Browser(base)
    answer = _safely(browser.submit, path, fields)
    browser.jar.save(ignore_discard=True)
    COOKIES.chmod(0o600)
    return answer


def links(base: str, path: str, prefix: str) -> Answer:
    """Addresses of a page's files below `prefix`."""
    body = Browser(base).get(path)["body"]
    return {"links": [link for link in Page(body).links if link.startswith(prefix)]}


def missing(base: str, path: str, shown: str, texts: list[str]) -> Answer:
    """Which of the texts do not stand as `shown` on the page; {text} holds their place in both."""
    browser = Browser(base)
    lost = []
    for text in texts:
        page = _safely(browser.get, path.replace("{text}", urllib.parse.quote(text)))
        if page["status"] != 200 or shown.replace("{text}", text) not in page["body"]:
            lost.append(text)
    return {"missing": lost}


def load(
    base: str, path: str, fields: dict[str, str], writers: int, seconds: float, pause: float = 0
) -> Answer:
    """Post from several writers at once until the time is over or somebody makes the STOP file.

    The answer has every text that was acknowledged, and how the others failed.
    """
    STOP.unlink(missing_ok=True)
    done: list[str] = []
    failed: list[str] = []
    limit = time.monotonic() + seconds

    def write(writer: int) -> None:
        browser, number = Browser(base), 0
        while time.monotonic() < limit and not STOP.exists():
            text = f"load{os.getpid()}x{writer}x{number}z"  # no text is a part of another
            filled = {name: value.replace("{text}", text) for name, value in fields.items()}
            answer = _safely(browser.submit, path, filled, follow=False)
            status = answer["status"]
            done.append(text) if status in ACKNOWLEDGED else failed.append(str(status))
            number += 1
            time.sleep(pause if status in ACKNOWLEDGED else max(pause, 0.1))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"posted": done, "failed": failed}


def _safely(function: Any, *arguments: Any, **named: Any) -> Answer:
    try:
        return cast(Answer, function(*arguments, **named))
    except OSError as error:
        return {"status": 0, "url": "", "headers": {}, "body": str(error)}


DO: dict[str, Callable[..., Answer]] = {
    "wait": wait,
    "get": get,
    "submit": submit,
    "links": links,
    "missing": missing,
    "load": load,
}


def main(request: str) -> None:
    arguments = json.loads(request)
    print(json.dumps(DO[arguments.pop("do")](**arguments)))


if __name__ == "__main__":
    main(sys.argv[1])
