"""What each format needs on this machine, what is there, and how to get the rest."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from shipways.formats import FORMATS


def show(console: Console | None = None) -> int:
    """Print the table; returns 3 when something is missing, else 0."""
    table = Table("format", "needs", "found", "how to get it", title="What formats need here")
    missing = 0
    for wanted in FORMATS.values():
        for number, tool in enumerate(wanted.tools):
            version = tool.version()
            missing += version is None
            table.add_row(
                wanted.id if number == 0 else "",
                tool.name,
                version or "[bold]missing[/bold]",
                "" if version else tool.missing().reason if tool.why else tool.hint,
            )
    (console or Console()).print(table)
    return 3 if missing else 0
