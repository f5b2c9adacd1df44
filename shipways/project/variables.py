"""The environment of an application: what its configuration says, and what its settings ask for.

What the settings can do without is left to them: the administrator may set it, and it is only told.
What they cannot do without is made once, if it is a secret, else asked for; but for those names
that the runtime knows a value of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shipways.project.application import Variable
from shipways.project.names import VariableName
from shipways.project.overlaid import KNOWN, OVERLAID
from shipways.project.values import Prose, Verbatim, is_one_line


def merged(stated: Iterable[Variable], found: Iterable[Mapping[str, Any]]) -> tuple[Variable, ...]:
    """Those that the configuration states, then those that were found besides."""
    known = {one.name: one for one in stated}
    for variable in _found(found):
        known.setdefault(variable.name, variable)
    return tuple(known.values())


def _found(rows: Iterable[Mapping[str, Any]]) -> Iterator[Variable]:
    for row in rows:
        try:
            name = VariableName(str(row["name"]))
        except ValueError:
            continue  # of nobody's environment file
        required = bool(row.get("required") or row.get("secret"))
        if name in OVERLAID and not required:
            continue
        if name in KNOWN and required:
            yield Variable(name, default=Verbatim(KNOWN[name]))
        elif name == "SECRET_KEY" or row.get("secret"):
            yield Variable(name, secret=True, help=_help(row))
        else:
            yield Variable(name, required=required, help=_help(row))


def _help(row: Mapping[str, Any]) -> Prose:
    told = str(row.get("help") or "Of the project itself")
    default = str(row.get("default") or "")
    if default and is_one_line(default) and len(default) < 80:
        told = f"{told.rstrip('. ')}; the settings' default is {default}"
    try:
        return Prose(told)
    except ValueError:
        return Prose("Of the project itself")
