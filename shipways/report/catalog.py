"""Keeps the catalogs of messages in step with the sources: `python -m shipways.report.catalog`.

It extracts all messages, adds new ones to each language's .po file for a person to translate, drops
those that are gone, and compiles the .mo files that the report reads.
"""

from __future__ import annotations

import ast
import io
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from shipways.report.i18n import DOMAIN, LANGUAGES, LOCALE_DIR

PACKAGE = Path(__file__).parent
Keywords = dict[str, "tuple[int, ...] | None"]
PYTHON_KEYWORDS: Keywords = {"_": None, "plural": (1, 2)}
TEMPLATE_KEYWORDS: Keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}


def template() -> Catalog:
    """All messages of the modules of claims and report, and of the report's templates."""
    catalog = Catalog(project="shipways", charset="utf-8", fuzzy=False)
    for path in sorted([*PACKAGE.rglob("*.py"), *(PACKAGE.parent / "claims").glob("*.py")]):
        _add(catalog, path, "python", PYTHON_KEYWORDS)
    for path in sorted((PACKAGE / "templates").glob("*.j2")):
        _add(catalog, path, "jinja2.ext:babel_extract", TEMPLATE_KEYWORDS)
    return catalog


def declared() -> Catalog:
    """Messages that the formats declare: their titles, where they install, why a step is taken."""
    catalog = Catalog()
    for path in sorted((PACKAGE.parent / "formats").rglob("*.py")):
        calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))))
        for text in (text for node in calls if isinstance(node, ast.Call) for text in _texts(node)):
            catalog.add(text, locations=[(path.relative_to(PACKAGE.parent).as_posix(), 0)])
    return catalog


def _texts(call: ast.Call) -> list[str]:
    """The constant texts of one declaration; those made of parts are no messages."""
    name = getattr(call.func, "id", "")
    nodes = call.args[2:3] if name == "Step" else []
    nodes += [word.value for word in call.keywords if word.arg in ("why", "title", "installs_on")]
    wanted = nodes if name in ("Step", "Format") else []
    return [
        node.value
        for node in wanted
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def _add(catalog: Catalog, path: Path, method: str, keywords: Keywords) -> None:
    options = {"trimmed": "true", "extensions": "jinja2.ext.loopcontrols", "silent": "false"}
    with path.open("rb") as file:
        for _line, message, _comments, _context in extract(
            method, file, keywords=keywords, options=options if method != "python" else {}
        ):
            catalog.add(message, locations=[(path.relative_to(PACKAGE.parent).as_posix(), 0)])


def read(language: str) -> Catalog:
    """A language's catalog as its translator left it; empty where there is none yet."""
    path = po_path(language)
    if not path.exists():
        return Catalog(
            locale=language, domain=DOMAIN, project="shipways", charset="utf-8", fuzzy=False
        )
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def po_path(language: str) -> Path:
    """Where a language's messages are translated."""
    return LOCALE_DIR / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def compiled(catalog: Catalog) -> bytes:
    """The catalog as gettext reads it."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def update(language: str, messages: Catalog) -> None:
    """Bring a language's .po and .mo files in step with the sources."""
    catalog = read(language)
    catalog.update(messages, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, omit_header=False, include_lineno=False, width=100)
    path.with_suffix(".mo").write_bytes(compiled(catalog))


if __name__ == "__main__":
    messages = template()
    for message in declared():
        if message.id:
            messages.add(message.id, locations=message.locations)
    for each in LANGUAGES:
        update(each, messages)
