"""Print every figure that Shipways wants to reach, beside its limit.

Figures are ratios wherever two things can be measured in one run: machines are noisy, and a ratio
stays true on a slower one. Each line says on what and how often it was measured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import builds, images, runtime, scale, sizes, stack, starts
from bench.figure import Figure
from shipways.errors import ShipwaysError
from shipways.project import model
from shipways.util.progress import step

ROOT = Path(__file__).parents[1]
Part = Callable[[Path, Path], Iterator[Figure]]
PARTS: dict[str, Part] = {
    "builds": builds.figures,
    "sizes": sizes.figures,
    "scale": scale.figures,
    "runtime": runtime.figures,
    "starts": starts.figures,
    "images": images.figures,
    "stack": stack.figures,
}
SHORT: dict[str, Part] = {
    "builds": partial(builds.figures, formats=("wheel",), runs=1),
    "sizes": partial(sizes.figures, packed=("deb-bundled",), runs=1),
    "scale": partial(scale.figures, few=40, many=400),
    "runtime": partial(runtime.figures, runs=3),
}


def main() -> int:
    """Measure part after part; each is shown as it ends, and one that fails stops no other."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    parser.add_argument(
        "--short",
        action="store_true",
        help=f"{', '.join(SHORT)} once and in small: that they run at all, in about a minute",
    )
    chosen = parser.parse_args()
    parts = SHORT if chosen.short else PARTS
    with tempfile.TemporaryDirectory(prefix="shipways-bench-") as work:
        ended = [
            _shown(name, parts[name], Path(work) / name)
            for name in chosen.parts or parts
            if name in parts
        ]
    return 0 if all(ended) else 1


def _shown(name: str, part: Part, folder: Path) -> bool:
    """Measure one part and print its figures; tells whether it came to its end."""
    folder.mkdir()
    table = Table("figure", "measured", "limit", "", "how", title=f"{name}, against its limits")
    problem = ""
    try:
        with step(f"bench: {name}"):
            for figure in part(model.load(ROOT / "demoapp").root, folder):
                table.add_row(*figure.row())
    except Exception as error:  # the other parts are measured
        problem = f"{name} failed: {error if isinstance(error, ShipwaysError) else repr(error)}"
    if table.rows:
        Console(width=160).print(table)
    sys.stdout.flush()
    if problem:
        print(problem, file=sys.stderr, flush=True)
    return not problem


if __name__ == "__main__":
    sys.exit(main())
