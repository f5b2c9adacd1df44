"""All sources of facts, in the order in which they are read; each sees what those above found.

A source is a module's `facts(tree, found)`. Of facts that are equally sure the first one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from shipways.project.detection import (
    django_version,
    folder_name,
    git_tag,
    manage_py,
    named_settings,
    python_metadata,
    requirements_files,
    settings_module,
    setup_files,
    version_source,
    wsgi_asgi,
)
from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.tree import Tree

Source = Callable[[Tree, Facts], Iterator[Fact]]
SOURCES: Mapping[str, Source] = {
    "pyproject.toml": python_metadata.facts,
    "setup.cfg, setup.py": setup_files.facts,
    "manage.py": manage_py.facts,
    "wsgi.py, asgi.py": wsgi_asgi.facts,
    "files that name settings": named_settings.facts,
    "settings modules": settings_module.facts,
    "requirements": requirements_files.facts,
    "files that hold a version": version_source.facts,
    "Git": git_tag.facts,
    "Django's version": django_version.facts,
    "folder": folder_name.facts,
}
