"""A notice board: the sample Django project of Shipways."""

import re
from importlib import metadata
from pathlib import Path


def _version() -> str:
    """The version of the installed package or, in a bare checkout, the one in pyproject.toml."""
    try:
        return metadata.version("demoapp")
    except metadata.PackageNotFoundError:
        pyproject = Path(__file__).resolve().parent.parent / "pyproject.toml"
        found = re.search(r'^version = "(.+)"$', pyproject.read_text("utf-8"), re.MULTILINE)
        return found[1] if found else "unknown"


__version__ = _version()
