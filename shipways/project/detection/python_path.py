"""Folders that the project's modules are imported from, where that is not manage.py's alone."""

from __future__ import annotations

from collections.abc import Iterator

from shipways.project.detection import modules
from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.modules import SOURCE_FOLDERS
from shipways.project.detection.tree import Tree


def facts(tree: Tree, found: Facts) -> Iterator[Fact]:
    """python-path."""
    stated = list(found.value("python-path", ["."]))
    path = list(stated)
    evidence = found["python-path"].evidence if "python-path" in found else ""
    for name in _used(found):
        if modules.locate(tree, name, path):
            continue
        base = next((one for one in SOURCE_FOLDERS if modules.locate(tree, name, [one])), "")
        if base:
            path.append(base)
            evidence = f"{modules.locate(tree, name, [base])} is imported from there"
    if path != stated:
        yield Fact("python-path", path, evidence, "inferred")


def _used(found: Facts) -> list[str]:
    """Top packages of the installed apps and of the settings themselves."""
    apps = [app.partition(".")[0] for app in found.value("installed-apps", ())]
    own = [found.value("settings", ""), found.value("root-urlconf", "")]
    return [name for name in dict.fromkeys((*own, *apps)) if isinstance(name, str) and name]
