"""What is compared: one row for each column, in the order of the table.

A column is a module's constant and a row here; HTML, Markdown, terminal and diff read this table.
"""

from __future__ import annotations

from collections.abc import Callable

from shipways.report.columns import build, install, lifecycle, service, size
from shipways.report.columns.base import Column, Superlative

COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        size.ARTIFACT,
        size.TRANSFER,
        size.FOOTPRINT,
        build.COLD,
        build.WARM,
        install.COMMANDS,
        install.INSTALL,
        install.FIRST_RESPONSE,
        service.MEMORY,
        install.OFFLINE,
        service.USER,
        service.EXPOSURE,
        lifecycle.UPGRADE,
        lifecycle.ROLLBACK,
        lifecycle.REMOVAL,
        lifecycle.PASSED,
        build.MEMORY,
        build.REPRODUCIBLE,
        build.LINT,
    )
}


def by_place(called: Callable[[Column], Superlative | None]) -> list[Column]:
    """The columns that have such a superlative, in the order in which those are told."""
    placed = [(one.place, column) for column in COLUMNS.values() if (one := called(column))]
    return [column for _place, column in sorted(placed, key=lambda each: each[0])]
