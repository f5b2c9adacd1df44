"""Where the runtime's modules are, which are put into every delivered application."""

from __future__ import annotations

from pathlib import Path

TRAVELLING = Path(__file__).parents[1] / "_runtime"  # inside an installed wheel
CHECKOUT = Path(__file__).parents[2] / "runtime" / "shipways_runtime"
SOURCES = TRAVELLING if TRAVELLING.is_dir() else CHECKOUT
