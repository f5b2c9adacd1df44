"""Middleware: health check, limit of size, plain HTTP on the local machine, content policy."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import split_domain_port

from demoapp import __version__
from demoapp.board.models import Note
from demoapp.errors import one_line

GetResponse = Callable[[HttpRequest], HttpResponse]
POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'"


def health(get_response: GetResponse) -> GetResponse:
    """Answer /healthz, and touch the database for it.

    This comes first, so that a check from inside a container or a load balancer succeeds under
    any host name and without HTTPS.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return _health() if request.path == "/healthz" else get_response(request)

    return middleware


def _health() -> HttpResponse:
    try:
        Note.objects.exists()
        response = JsonResponse({"status": "ok", "version": __version__})
    except DatabaseError as error:
        reason = one_line(error)
        response = JsonResponse({"status": "error", "reason": reason, "version": __version__})
        response.status_code = 503
    response.headers["Cache-Control"] = "no-store"
    return response


def size_limit(get_response: GetResponse) -> GetResponse:
    """Refuse a body larger than MAX_BODY bytes before anything of it is read or stored.

    Without a login as well: Django reads a form to look for its CSRF token.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        stated = request.META.get("CONTENT_LENGTH") or "0"
        if stated.isdecimal() and int(stated) > settings.MAX_BODY:
            return HttpResponse("The request is too large.\n", "text/plain", status=413)
        return get_response(request)

    return middleware


def loopback(get_response: GetResponse) -> GetResponse:
    """Let plain HTTP be used under a loopback name, while HTTPS is required elsewhere.

    A browser on the same machine talks to no network there: W3C Secure Contexts, section 3.1,
    calls such an origin potentially trustworthy. Not all browsers keep a Secure cookie from it,
    so that attribute has to go too.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.is_secure() or not is_loopback(request.META.get("HTTP_HOST", "")):
            return get_response(request)
        # SecurityMiddleware is next, and asks this before it redirects.
        setattr(request, "is_secure", lambda: True)  # noqa: B010
        response = get_response(request)
        for cookie in response.cookies.values():
            cookie["secure"] = ""
        return response

    return middleware


def after_security(get_response: GetResponse) -> GetResponse:
    """What follows SecurityMiddleware sees again whether a request came over HTTPS."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.__dict__.pop("is_secure", None)
        return get_response(request)

    return middleware


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine: localhost, 127.0.0.0/8 or [::1]."""
    name = split_domain_port(host)[0].rstrip(".")
    try:
        return name == "localhost" or ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Scripts and styles come from this site only. Django's debug pages need inline ones."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not settings.DEBUG:
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware
