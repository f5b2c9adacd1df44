"""What the settings assign, as their code says it: by name, with the literals behind each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from shipways.project.detection import modules, syntax
from shipways.project.detection.facts import Facts
from shipways.project.detection.tree import Tree

ADDING = ("append", "extend", "insert", "update", "add")


@dataclass(frozen=True)
class Given:
    """One assignment to a setting, or something that is added to it."""

    value: ast.expr
    evidence: str
    is_conditional: bool  # on an `if`, a `try`, or the class that is chosen
    adds: bool


@dataclass(frozen=True)
class Text:
    """A string literal behind a setting."""

    text: str
    evidence: str
    is_conditional: bool


class Settings:
    """The settings module with all of the project's own modules that it imports."""

    def __init__(self, tree: Tree, files: list[str]) -> None:
        self.files = files
        self.given: dict[str, list[Given]] = {}
        self._functions: dict[str, tuple[ast.AST, str]] = {}
        for path in files:
            self._read(path, tree.module(path))

    def last(self, name: str) -> Given | None:
        """The assignment that counts, as far as the code alone can tell."""
        whole = [given for given in self.given.get(name, ()) if not given.adds]
        return whole[-1] if whole else None

    def texts(self, name: str) -> list[Text]:
        """String literals in all that a setting is given, through names and functions of its own.

        What stands first in the code comes first; a name is followed once.
        """
        found: list[Text] = []
        seen = {name}
        queue: list[tuple[ast.AST, str, bool]] = [
            (given.value, given.evidence, given.is_conditional) for given in self._of(name)
        ]
        while queue:
            node, evidence, conditional = queue.pop(0)
            path = evidence.rpartition(":")[0]
            for one in sorted(ast.walk(node), key=_place):
                said = syntax.text(one)
                if said:
                    found.append(Text(said, f"{path}:{_place(one)[0]}", conditional))
                if isinstance(one, ast.Name) and one.id not in seen:
                    seen.add(one.id)
                    queue += self._behind(one.id, conditional)
        return found

    def _behind(self, name: str, conditional: bool) -> Iterator[tuple[ast.AST, str, bool]]:
        for given in self._of(name):
            yield given.value, given.evidence, conditional or given.is_conditional
        if name in self._functions:
            node, path = self._functions[name]
            yield node, f"{path}:1", True

    def _of(self, name: str) -> list[Given]:
        return self.given.get(name, [])

    def _read(self, path: str, module: ast.Module) -> None:
        for node, conditional in syntax.statements(module):
            if isinstance(node, ast.FunctionDef):
                self._functions[node.name] = node, path
            elif isinstance(node, ast.ClassDef) and node.bases:  # django-configurations
                for inner in node.body:
                    self._take(path, inner, True)
            else:
                self._take(path, node, conditional)

    def _take(self, path: str, node: ast.stmt, conditional: bool) -> None:
        for name, value, adds in _assigned(node):
            given = Given(value, f"{path}:{node.lineno}", conditional, adds)
            self.given.setdefault(name, []).append(given)


def read(tree: Tree, found: Facts) -> Settings:
    """The settings of the project; empty where no module is known."""
    where = modules.bases(found)
    name = found.value("settings", "")
    path = modules.locate(tree, name, where) if name else ""
    if not path:
        return Settings(tree, [])

    def make(_: str) -> Settings:
        return Settings(tree, modules.closure(tree, path, where))

    return tree.once("settings", "|".join((path, *where)), make, Settings(tree, []))


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr, bool]]:
    """Name, value, and whether it is only added: by `+=`, `X["key"] = …`, `X.append(…)`."""
    for name, value in syntax.assignments(node):
        yield name, value, isinstance(node, ast.AugAssign)
    if isinstance(node, ast.Assign):
        for target in node.targets:
            base: ast.expr = target
            while isinstance(base, ast.Subscript):
                base = base.value
            if isinstance(target, ast.Subscript) and isinstance(base, ast.Name):
                yield base.id, node.value, True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        name, _, method = syntax.dotted(node.value.func).rpartition(".")
        if method in ADDING and "." not in name and node.value.args:
            yield name, node.value.args[-1], True


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
