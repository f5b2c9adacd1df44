"""The report as one HTML page: all languages, styles, scripts and pictures in one file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shipways.report.diff import Comparison
from shipways.report.findings import Findings
from shipways.report.html_view import Section
from shipways.report.i18n import LANGUAGES, words
from shipways.report.overview import Overview

TEMPLATES = Path(__file__).parent / "templates"


def page(view: Overview, found: Findings, dist: Path, changes: Comparison | None = None) -> str:
    """The page, with links to those logs that are there in `dist`."""
    sections = [Section(view, found, words(language), dist, changes) for language in LANGUAGES]
    mains = [
        Markup(_templates(section.language).get_template("main.html.j2").render(page=section))
        for section in sections
    ]
    assets = _assets()
    return (
        _templates(LANGUAGES[0])
        .get_template("page.html.j2")
        .render(
            project=view.results.project,
            languages=[words(language) for language in LANGUAGES],
            mains=mains,
            script_hash=_hash(assets["page.js"]),
            style=Markup(assets["style.css"]),
            script=Markup(assets["page.js"]),
        )
    )


@cache
def _templates(language: str) -> Environment:
    """Templates whose `_()` speaks a language; all that they print is escaped."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    catalog = words(language).catalog
    environment.install_gettext_translations(catalog, newstyle=True)  # type: ignore[attr-defined]
    return environment


@cache
def _assets() -> Mapping[str, str]:
    return {name: (TEMPLATES / name).read_text("utf-8") for name in ("style.css", "page.js")}


def _hash(script: str) -> str:
    """The digest by which the page's policy allows this script and no other."""
    digest = hashlib.sha256(script.encode()).digest()
    return "sha256-" + base64.b64encode(digest).decode()
