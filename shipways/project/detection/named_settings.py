"""Settings modules that other tools' files name: pytest, tox, mypy, Docker, systemd, Procfile."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipways.project.detection.facts import Certainty, Fact, Facts
from shipways.project.detection.tree import Tree, is_aside

# Where a site is run, and where it is tried; a file of either kind may say both.
RUNS = re.compile(r"(?i)^(?:.*dockerfile.*|(?:docker-)?compose.*\.ya?ml|procfile|app\.json|"
                  r".*\.service|fly\.toml|render\.yaml|entrypoint.*|uwsgi\.ini)$")  # fmt: skip
TRIES = (
    "pytest.ini",
    ".pytest.ini",
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    "mypy.ini",
    ".mypy.ini",
)
SAID = re.compile(
    r"""(?i)(?:\bDJANGO_SETTINGS_MODULE|--ds|--settings)
                      ["']?\s*[=:\s]\s*["']?([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)""",
    re.VERBOSE,
)


def facts(tree: Tree, _: Facts) -> Iterator[Fact]:
    """settings-named."""
    runs = (path for path in tree.matching(lambda name: bool(RUNS.match(name))))
    yield from _said(tree, (path for path in runs if not is_aside(path)), "inferred")
    yield from _said(tree, tree.named(*TRIES), "assumed")


def _said(tree: Tree, paths: Iterator[str] | list[str], sure: Certainty) -> Iterator[Fact]:
    for path in paths:
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            for name in SAID.findall(line):
                yield Fact("settings-named", name, f"{path}:{number}", sure)
