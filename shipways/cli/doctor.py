"""What each format needs on this machine, what is there, and which formats a project can have."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shipways.formats import FORMATS, Format
from shipways.inputs import wheelhouse
from shipways.project.model import Project
from shipways.util.progress import step

MISSING = "[bold]missing[/bold]"


def show(project: Project | None = None, console: Console | None = None) -> int:
    """Print the table; returns 3 when something is missing, else 0.

    With a project, the table says of each format whether that can have it. Raises `ProjectError`
    where it can have none, such as for a lock that does not fit.
    """
    if project:
        wheelhouse.locked(project)
    heads = ["format", "needs", "found", "how to get it", *([project.name] if project else [])]
    table = Table(*map(escape, heads), title="What formats need here")
    with step("looking for tools"):
        rows = [row for wanted in FORMATS.values() for row in _rows(wanted, project)]
    for row in rows:
        table.add_row(*row)
    (console or Console()).print(table)
    return 3 if any(MISSING in row for row in rows) else 0


def _rows(wanted: Format, project: Project | None) -> list[list[str]]:
    """A row for each tool that a format needs; what is true of the format is in the first."""
    rows = []
    for tool in wanted.tools:
        version = tool.version()
        hint = "" if version else tool.missing().reason if tool.why else tool.hint
        rows.append(["", tool.name, escape(version) if version else MISSING, escape(hint)])
    rows[0][0] = wanted.id
    if project:
        obstacle = wanted.cannot(project)
        rows[0].append(escape(f"no: {obstacle}" if obstacle else "yes"))
    return rows
