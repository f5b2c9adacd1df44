"""manage.py: which folder the project is run in, and the settings that it names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from shipways.project.detection import syntax
from shipways.project.detection.facts import Certainty, Fact, Facts
from shipways.project.detection.tree import Tree, folder, is_aside, join

STARTS = "execute_from_command_line"  # django.core.management
READERS = ("setdefault", "get", "getenv")
VARIABLES = ("DJANGO_SETTINGS_MODULE", "DJANGO_CONFIGURATION")


def facts(tree: Tree, _: Facts) -> Iterator[Fact]:
    """manage, python-path, working-directory; settings-named."""
    programs = [path for path in tree.named("manage.py", aside=True) if STARTS in tree.text(path)]
    if not programs:
        programs = [path for path in tree.named("manage.py") if tree.text(path)]
    main = [path for path in programs if not is_aside(path)] or programs
    todo = f"which one runs the site: {', '.join(main)}?" if _is_unclear(main) else ""
    for number, path in enumerate(main):
        sure: Certainty = "stated" if number == 0 and not is_aside(path) else "assumed"
        yield Fact("manage", path, tree.line(path, STARTS), sure, todo if number == 0 else "")
    if main:
        yield from _folders(tree, main[0])
        yield from named(tree, main[0])


def named(tree: Tree, path: str) -> Iterator[Fact]:
    """Settings and configuration that a program puts into the environment."""
    for name, value, line in variables(tree.module(path)):
        key = "settings-named" if name == VARIABLES[0] else "configuration-named"
        yield Fact(key, value, f"{path}:{line}")


def variables(module: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Name, value and line of `VARIABLES` that a module sets, or falls back to."""
    constants = {
        name: syntax.text(value) for node in module.body for name, value in syntax.assignments(node)
    }
    for node in ast.walk(module):
        name, value = _setting(node)
        said = syntax.text(value) or constants.get(syntax.dotted(value), "")
        if name in VARIABLES and said:
            yield name, said, getattr(node, "lineno", 1)


def _setting(node: ast.AST) -> tuple[str, ast.expr | None]:
    """`os.environ.setdefault(NAME, value)`, also of `get` and `getenv`; `os.environ[NAME] = …`."""
    if isinstance(node, ast.Call) and len(node.args) > 1 and _method(node) in READERS:
        return syntax.text(node.args[0]), node.args[1]
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        return syntax.text(node.targets[0].slice), node.value
    return "", None


def _method(call: ast.Call) -> str:
    return syntax.dotted(call.func).rpartition(".")[2]


def _is_unclear(programs: list[str]) -> bool:
    """Whether several are equally near to the top."""
    return len(programs) > 1 and programs[0].count("/") == programs[1].count("/")


def _folders(tree: Tree, path: str) -> Iterator[Fact]:
    here = folder(path)
    added = list(dict.fromkeys(_added_paths(tree.module(path), here)))
    if here != "." or added:
        yield Fact("python-path", [here, *added], f"{path} lies there", "assumed")
    if here != ".":
        yield Fact("working-directory", here, f"{path} lies there", "inferred")


def _added_paths(module: ast.Module, here: str) -> Iterator[str]:
    """Folders that it puts on sys.path itself: they are there without being said again."""
    for call in syntax.calls(module):
        if syntax.dotted(call.func) in ("sys.path.insert", "sys.path.append") and call.args:
            names = syntax.strings(call.args[-1])
            folders = [
                n for n in names if n and not PurePosixPath(n).is_absolute() and "." not in n
            ]
            if folders:
                yield join(here, "/".join(folders))
