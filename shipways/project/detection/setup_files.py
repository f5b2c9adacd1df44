"""setup.cfg and setup.py: what they state in literals; neither is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from shipways.project.detection import syntax
from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.tree import Tree
from shipways.project.detection.version_source import of_module, of_reference

CFG, PY = "setup.cfg", "setup.py"
DIRECT = {"name": "name", "description": "summary", "summary": "summary", "license": "license"}


def facts(tree: Tree, _: Facts) -> Iterator[Fact]:
    """name, version, summary, license, maintainer, urls, requires-python, dependencies."""
    yield from _cfg(tree)
    yield from _py(tree)


def _cfg(tree: Tree) -> Iterator[Fact]:
    ini = tree.ini(CFG)
    said = dict(ini.items("metadata")) if ini.has_section("metadata") else {}
    yield from _facts(tree, CFG, said)
    options = dict(ini.items("options")) if ini.has_section("options") else {}
    if options.get("python_requires"):
        yield Fact("requires-python", options["python_requires"], tree.line(CFG, "python_requires"))
    wanted = [line.strip() for line in options.get("install_requires", "").splitlines()]
    if any(wanted):
        lines = [line for line in wanted if line and not line.startswith("#")]
        yield Fact("dependencies", lines, tree.line(CFG, "install_requires"))
    kind, _, rest = said.get("version", "").partition(":")
    if kind in ("attr", "file"):
        yield from of_reference(tree, rest if kind == "attr" else None,
                                rest if kind == "file" else None)  # fmt: skip


def _facts(tree: Tree, path: str, said: Mapping[str, Any]) -> Iterator[Fact]:
    """What both name alike; `file:` and `attr:` are no values."""
    known = {key.replace("-", "_"): value for key, value in said.items()}
    texts = {key: value.strip() for key, value in known.items() if isinstance(value, str)}
    texts = {key: value for key, value in texts.items() if value and "\n" not in value
             and not value.startswith(("file:", "attr:"))}  # fmt: skip
    for key, ours in {**DIRECT, "version": "version"}.items():
        if key in texts:
            yield Fact(ours, texts[key], tree.line(path, texts[key]))
    if "url" in texts or "home_page" in texts:
        url = texts.get("url", texts.get("home_page", ""))
        yield Fact("urls.Homepage", url, tree.line(path, url))
    for who in ("maintainer", "author"):
        if who in texts and f"{who}_email" in texts:
            person = f"{texts[who]} <{texts[f'{who}_email']}>"
            yield Fact("maintainer", person, tree.line(path, texts[who]), "inferred")


def _py(tree: Tree) -> Iterator[Fact]:
    module = tree.module(PY)
    names = {name: value for node in module.body for name, value in syntax.assignments(node)}
    for call in syntax.calls(module):
        if syntax.dotted(call.func).rpartition(".")[2] != "setup":
            continue
        given = {one.arg: _value(one.value, names) for one in call.keywords if one.arg}
        yield from _facts(tree, PY, given)
        if isinstance(given.get("python_requires"), str):
            yield Fact(
                "requires-python", given["python_requires"], tree.line(PY, "python_requires")
            )
        wanted = given.get("install_requires")
        if isinstance(wanted, list):
            lines = [one for one in wanted if isinstance(one, str)]
            yield Fact("dependencies", lines, tree.line(PY, "install_requires"))
        if not isinstance(given.get("version"), str):
            yield from _assigned_version(tree, module)


def _value(node: ast.expr, names: Mapping[str, ast.expr]) -> Any:
    return syntax.literal(names.get(node.id, node) if isinstance(node, ast.Name) else node)


def _assigned_version(tree: Tree, module: ast.Module) -> Iterator[Fact]:
    """A version that setup.py takes out of a file of the project: the one whose name it has."""
    said = [text for text in syntax.strings(module) if text.endswith(".py")]
    for path in dict.fromkeys(path for text in said for path in tree.named(text.split("/")[-1])):
        yield from of_module(tree, path, "inferred")
