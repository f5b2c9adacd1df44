"""Build every delivery format of a Django project, install each, and compare what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shipways.api import (
        Options,
        Project,
        Results,
        build,
        load_project,
        load_results,
        verify,
    )

__version__ = "0.1.0"
__all__ = ["Options", "Project", "Results", "build", "load_project", "load_results", "verify"]


def __getattr__(name: str) -> Any:
    """The public interface, loaded when it is first used: `shipways --help` answers at once."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from shipways import api

    return getattr(api, name)
