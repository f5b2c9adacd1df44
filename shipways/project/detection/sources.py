"""All sources of facts, in the order in which they are read; each sees what those above found.

A source is a module's `facts(tree, found)`. Of facts that are equally sure the first one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from shipways.project.detection import (
    build_steps,
    django_version,
    environment,
    folder_name,
    git_tag,
    manage_py,
    named_settings,
    procfile,
    python_metadata,
    python_path,
    requirements_files,
    run_commands,
    services,
    settings_facts,
    settings_module,
    setup_files,
    version_source,
    workers,
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
    "Procfile": procfile.facts,
    "settings": settings_facts.facts,
    "python path": python_path.facts,
    "services": services.facts,
    "commands": run_commands.facts,
    "workers": workers.facts,
    "environment variables": environment.facts,
    "build steps": build_steps.facts,
    "files that hold a version": version_source.facts,
    "Git": git_tag.facts,
    "Django's version": django_version.facts,
    "folder": folder_name.facts,
}
