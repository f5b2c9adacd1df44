"""What Python code says without being run: names, literals, calls. Nothing here recurses."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any


def dotted(node: ast.AST | None) -> str:
    """A name with its attributes, "os.environ.get"; "" for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def text(node: ast.AST | None) -> str:
    """A string literal's value; "" for anything else."""
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text and isinstance(node, ast.Constant) else ""


def literal(node: ast.AST | None) -> Any:
    """A literal's value; None for anything else."""
    try:
        return ast.literal_eval(node) if isinstance(node, ast.expr) else None
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def strings(node: ast.AST) -> list[str]:
    """All string literals in it, in their order."""
    found = [one for one in ast.walk(node) if text(one)]
    found.sort(key=lambda one: (getattr(one, "lineno", 0), getattr(one, "col_offset", 0)))
    return [text(one) for one in found]


def argument(call: ast.Call, name: str, place: int = -1) -> ast.expr | None:
    """An argument by its name, else by its place."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[place] if 0 <= place < len(call.args) else None


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def assignments(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names and what they are given, by one statement."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
    elif isinstance(node, ast.AnnAssign | ast.AugAssign) and isinstance(node.target, ast.Name):
        yield from ((node.target.id, value) for value in (node.value,) if value is not None)


def statements(tree: ast.Module) -> Iterator[tuple[ast.stmt, bool]]:
    """What a module does when it is imported, and whether that depends on something.

    Into `if`, `try`, `with` and loops, not into functions and classes.
    """
    stack: list[tuple[ast.stmt, bool]] = [(one, False) for one in reversed(tree.body)]
    while stack:
        node, conditional = stack.pop()
        yield node, conditional
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        inner = conditional or not isinstance(node, ast.With)
        blocks = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
        blocks.insert(1, [one for each in getattr(node, "handlers", []) for one in each.body])
        stack += [(one, inner) for block in reversed(blocks) for one in reversed(block)]
