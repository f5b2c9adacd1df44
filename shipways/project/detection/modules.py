"""Where a module lies in the tree, and which of the project's own modules it imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from shipways.project.detection.facts import Facts
from shipways.project.detection.syntax import statements
from shipways.project.detection.tree import Tree, folder, is_aside, join

SOURCE_FOLDERS = (".", "src", "backend", "app", "server", "api", "django", "project", "web")


def bases(found: Facts) -> list[str]:
    """Folders that modules are imported from, likeliest first: manage.py's, src/, the top, …"""
    manage = found.value("manage", "")
    own = [folder(manage)] if manage else []
    return list(dict.fromkeys((*own, *found.value("python-path", ()), *SOURCE_FOLDERS)))


def locate(tree: Tree, name: str, where: Sequence[str]) -> str:
    """The file of a module "a.b"; "" where the tree has none."""
    relative = name.replace(".", "/")
    for base in where:
        for ending in (".py", "/__init__.py"):
            path = join(base, relative + ending)
            if path in tree:
                return path
    return ""


def search(tree: Tree, name: str) -> str:
    """The file of a module, wherever in the tree; "" where there is none, or more than one."""
    relative = name.replace(".", "/")
    ends = (f"/{relative}.py", f"/{relative}/__init__.py")
    found = [path for path in tree.files if path.endswith(ends) and not is_aside(path)]
    return found[0] if len(found) == 1 else ""


def base_of(path: str, name: str) -> str:
    """The folder from which a file is imported by that name."""
    parts = PurePosixPath(path).with_suffix("").parts
    depth = len(name.split(".")) + (parts[-1] == "__init__")
    return "/".join(parts[:-depth]) or "."


def name_of(path: str, where: Sequence[str]) -> str:
    """A file's name as a module, seen from the first of the folders that it lies below."""
    for base in where:
        if base == "." or path.startswith(f"{base}/"):
            parts = (
                PurePosixPath(path if base == "." else path[len(base) + 1 :]).with_suffix("").parts
            )
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            if parts and all(part.isidentifier() for part in parts):
                return ".".join(parts)
    return ""


def closure(tree: Tree, path: str, where: Sequence[str]) -> list[str]:
    """A module and all of the project's own that it imports at once, each before its importer."""
    order: list[str] = []
    seen = {path}
    stack = [(path, iter(list(imports(tree, path, where))))]
    while stack:
        current, remaining = stack[-1]
        following = next((one for one in remaining if one not in seen), None)
        if following is None:
            order.append(current)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(list(imports(tree, following, where)))))
    return order


def imports(tree: Tree, path: str, where: Sequence[str]) -> Iterator[str]:
    """Files of the modules that a file imports when it is imported itself."""
    for node, _ in statements(tree.module(path)):
        if isinstance(node, ast.Import):
            yield from filter(None, (locate(tree, one.name, where) for one in node.names))
        elif isinstance(node, ast.ImportFrom):
            yield from imported(tree, path, node, where)


def imported(tree: Tree, path: str, node: ast.ImportFrom, where: Sequence[str]) -> Iterator[str]:
    name = node.module or ""
    if node.level:
        package = PurePosixPath(path).parent
        for _ in range(node.level - 1):
            package = package.parent
        where = [str(package)]
    own = locate(tree, name, where) if name else join(where[0], "__init__.py")
    if own in tree:
        yield own
    for alias in node.names:
        inner = locate(tree, f"{name}.{alias.name}".lstrip("."), where)
        if inner:
            yield inner
