"""Where a project's configuration is: pyproject.toml, shipways.toml beside it, or `--config`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipways.errors import ProjectError, UsageError
from shipways.project.model import FILE_NAME
from shipways.project.pyproject import Pyproject

OWN_FILE = "shipways.toml"
LOCK = "shipways.lock"
TOOL = "tool.shipways"
NAME_IT = "Name the project's folder with --project."


@dataclass(frozen=True)
class Configuration:
    """The table with Shipways' keys, and the file that it is from."""

    path: Path  # of the file that is there, or would be
    source: Pyproject | None  # None where there is no file: an empty configuration is a valid one
    key: str  # of the table in that file; "" where the file is the table

    @property
    def table(self) -> Mapping[str, Any]:
        """As it stands in the file."""
        found = self.source.table(self.key) if self.source else None
        return found if isinstance(found, dict) else {}

    @property
    def lock(self) -> Path:
        """Where Shipways keeps the lock that it makes: beside the configuration."""
        return self.path.with_name(LOCK)


def find(root: Path, config: Path | None = None) -> Configuration:
    """The configuration of the project in `root`; `config` is a file that somebody names.

    Raises `UsageError` where that file is not there, `ProjectError` where one cannot be read.
    """
    if config is not None:
        if not config.is_file():
            raise UsageError(f"There is no {config}.", hint="Make it with: shipways init --config")
        return Configuration(config, Pyproject(config), "")
    if not root.is_dir():
        raise ProjectError(f"There is no folder {root}.", hint=NAME_IT)
    for path, key in ((root / OWN_FILE, ""), (root / FILE_NAME, TOOL)):
        if os.path.lexists(path):
            return Configuration(path, Pyproject(path), key)
    return Configuration(root / OWN_FILE, None, "")
