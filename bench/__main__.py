"""Print every figure that Shipways wants to reach, beside its limit.

Figures are ratios wherever two things can be measured in one run: machines are noisy, and a ratio
stays true on a slower one. Each line says on what and how often it was measured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import builds, images, scale, sizes, stack, starts
from bench.figure import Figure
from shipways import project
from shipways.progress import step

ROOT = Path(__file__).parents[1]
PARTS: dict[str, Callable[[Path, Path], Iterator[Figure]]] = {
    "builds": builds.figures,
    "sizes": sizes.figures,
    "scale": scale.figures,
    "starts": starts.figures,
    "images": images.figures,
    "stack": stack.figures,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    parts = parser.parse_args().parts or list(PARTS)
    table = Table("figure", "measured", "limit", "", "how", title="Shipways against its limits")
    with tempfile.TemporaryDirectory(prefix="shipways-bench-") as work:
        for name in parts:
            folder = Path(work) / name
            folder.mkdir()
            with step(f"bench: {name}"):
                for figure in PARTS[name](project.load(ROOT / "demoapp").root, folder):
                    table.add_row(*figure.row())
    Console(width=160).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
