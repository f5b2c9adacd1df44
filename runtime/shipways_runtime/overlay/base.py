"""What rules of the overlay share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..application import Application

Settings = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """A setting that is laid over the project's own, and why."""

    name: str
    value: Any
    reason: str


def in_tree(path: object, app: Application) -> bool:
    """Whether a path is in the read-only tree, or relative: where nothing can be written."""
    text = str(path)
    if not text:
        return False
    place = Path(text)
    return not place.is_absolute() or app.tree == place or app.tree in place.parents


def changed(table: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    """A copy with other values."""
    return {**table, **values}


def off(name: str, app: Application) -> bool:
    """Whether application.json leaves this setting to the project."""
    return name in app.overlay.get("off", ())
