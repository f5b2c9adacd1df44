"""The recipes of packaging/: where they are, and how their templates are filled in.

A template's name says which language it is in, and every value is escaped for that language: see
`shipways.util.escape`. There is no way around it but a `Fragment`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import jinja2
from jinja2.runtime import Context
from markupsafe import Markup

from shipways.util.escape import Fragment, Language, language_of

TRAVELLING = Path(__file__).parents[1] / "_packaging"  # inside an installed wheel
CHECKOUT = Path(__file__).parents[2] / "packaging"
ROOT = TRAVELLING if TRAVELLING.is_dir() else CHECKOUT
# Of Jinja's filters those that give plain text, or keep what is escaped as it is.
FILTERS = ("capitalize", "indent", "join", "length", "lower", "trim", "upper")


class Environment(jinja2.Environment):
    """Templates of one language; what they include has to be of the same."""

    def join_path(self, template: str, parent: str) -> str:
        if language_of(template) is not language_of(parent):
            raise jinja2.TemplateError(f"{parent} includes {template}, of another language")
        return template


def path(name: str) -> Path:
    """A recipe's path; `name` is relative to packaging/."""
    return ROOT / name


def render(name: str, **values: object) -> str:
    """Fill in a template of packaging/, each value escaped for the template's language.

    Raises `LookupError` for a template in no known language, `ValueError` for a value that its
    language cannot say, and Jinja's own errors for a name that the template misses.
    """
    return environment(language_of(name), ROOT).get_template(name).render(**values)


@cache
def environment(language: Language, root: Path) -> Environment:
    """Jinja for templates of one language below `root`."""
    made = Environment(
        loader=jinja2.FileSystemLoader(root),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,  # so that macros give Markup; what is none, `finalize` has escaped before
        finalize=_finalizer(language),
    )
    kept = {name: made.filters[name] for name in FILTERS}
    own = {name: _marked(escape) for name, escape in language.filters.items()}
    made.filters = {**kept, **own}
    return made


def _finalizer(language: Language) -> Callable[[Context, object], Markup]:
    @jinja2.pass_context  # never called for a constant ahead of time: Jinja would escape it as HTML
    def finalize(_context: Context, value: object) -> Markup:
        if isinstance(value, Markup) or type(value) is jinja2.Undefined:
            return Markup(value)  # a macro's text; an `if` without `else`
        if isinstance(value, Fragment) and value.language == language.name:
            return Markup(value)
        return Markup(language.escape(value))

    return finalize


def _marked(escape: Callable[[object], str]) -> Callable[[object], Markup]:
    return lambda value: Markup(escape(value))
