"""What a Django project's files say about it, without running any of them."""

from __future__ import annotations

from pathlib import Path

from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.sources import SOURCES
from shipways.project.detection.tree import Tree, scan

__all__ = ["Fact", "Facts", "detect", "detect_in"]


def detect(root: Path) -> Facts:
    """All facts about the project in a folder. Raises `SourceError` where Git refuses.

    Keys are those of application.json and `[tool.shipways]`: name, version, summary, license,
    urls, maintainer, manage, settings, wsgi, asgi, kind, python-path, working-directory,
    processes, services, optional-services, build-steps, environment, languages, prepare,
    requires-python, dependencies; and of the settings installed-apps, middleware, databases,
    static-root, static-url, media-root, auth-user-model, root-urlconf.
    """
    return detect_in(scan(root))


def detect_in(tree: Tree) -> Facts:
    """The same for files that are listed already."""
    found = Facts()
    for source in SOURCES.values():
        found.add(list(source(tree, found)))
    return found
