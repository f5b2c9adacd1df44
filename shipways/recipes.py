"""The recipes of packaging/: where they are, and how their templates are filled in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2

TRAVELLING = Path(__file__).parent / "_packaging"  # inside an installed wheel
CHECKOUT = Path(__file__).parent.parent / "packaging"
ROOT = TRAVELLING if TRAVELLING.is_dir() else CHECKOUT


def path(name: str) -> Path:
    """A recipe's path; `name` is relative to packaging/."""
    return ROOT / name


def render(name: str, **values: object) -> str:
    """Fill in a template of packaging/. A name that the template misses is an error."""
    return _environment().get_template(name).render(**values)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # plain text files, not HTML
    )
