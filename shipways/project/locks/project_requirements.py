"""What a project itself asks for, from its pyproject.toml: `[project]`, groups, Poetry's table.

For readers of locks, which hold what those resolve to.
"""

from __future__ import annotations

from pathlib import Path

from packaging.requirements import Requirement

from shipways.project.locks import base, poetry_table, project_table
from shipways.project.locks.base import Asked


def of(root: Path, asked: Asked = base.NOTHING) -> tuple[Requirement, ...]:
    """With the extras and groups asked for; () where the project says it in no file."""
    path = root / "pyproject.toml"
    data = base.table(path)
    if not data:
        return ()
    if poetry_table.is_there(data):
        return poetry_table.requirements(path, data, asked)
    return project_table.requirements(path, data, asked)
