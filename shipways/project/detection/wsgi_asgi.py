"""wsgi.py and asgi.py: the application that a server is given, and the settings they name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from shipways.project.detection import modules, syntax
from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.manage_py import named
from shipways.project.detection.tree import Tree

ATTRIBUTES = ("application", "app")  # PEP 3333's name, and the one that servers try next


def facts(tree: Tree, found: Facts) -> Iterator[Fact]:
    """wsgi, asgi; settings-named."""
    where = modules.bases(found)
    for kind in ("wsgi", "asgi"):
        for path in tree.named(f"{kind}.py"):
            name = modules.name_of(path, where)
            attribute, line = _application(tree.module(path))
            if name and attribute:
                yield Fact(kind, f"{name}:{attribute}", f"{path}:{line}", "inferred")
                yield from named(tree, path)


def _application(module: ast.Module) -> tuple[str, int]:
    """The application's name and its line; "" where a module makes none."""
    made = {
        name: node.lineno
        for node, _ in syntax.statements(module)
        for name, _ in syntax.assignments(node)
    }
    for node in module.body:
        if isinstance(node, ast.ImportFrom):
            made |= {alias.asname or alias.name: node.lineno for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            made[node.name] = node.lineno
    return next(((name, made[name]) for name in ATTRIBUTES if name in made), ("", 0))
