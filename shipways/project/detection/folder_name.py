"""What is left where nothing is stated: the folder's name, and a first version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.tree import Tree

FIRST_VERSION = "0.1.0"
GENERAL = {"app", "backend", "code", "django", "main", "project", "repo", "server", "site", "src",
           "source", "web", "workspace"}  # fmt: skip


def facts(tree: Tree, found: Facts) -> Iterator[Fact]:
    """name, version."""
    name = re.sub(r"[^a-z0-9]+", "-", tree.root.resolve().name.lower()).strip("-")
    todo = "what is it called?" if name in GENERAL or not name[:1].isalpha() else ""
    package = found.value("settings", "").partition(".")[0].replace("_", "-")
    if todo and package and package not in GENERAL | {"config", "settings", "conf"}:
        yield Fact("name", package, f"the package of {found.value('settings')}", "assumed", todo)
    yield Fact("name", name or "site", "the folder's name", "assumed", todo)
    yield Fact("version", FIRST_VERSION, "nothing states one", "assumed", "which version is it?")
