"""Which of a project's settings modules is the one to deliver."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from shipways.project.detection import modules, syntax
from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.tree import Tree, is_aside

PRODUCTION = ("production", "prod", "live", "deploy", "deployment", "docker", "heroku", "release")
FOR_WORK = {"dev", "develop", "development", "local", "debug", "test", "tests", "testing", "ci",
            "example", "sphinx", "docs", "staging", "unittest"}  # fmt: skip
FILE = re.compile(r"(?:.*_)?settings(?:_.*)?\.py")
ASKED = "is this the settings module?"
MARKS = ("INSTALLED_APPS", "ROOT_URLCONF", "DATABASES")


def facts(tree: Tree, found: Facts) -> Iterator[Fact]:
    """settings, python-path where they are imported from elsewhere; environment's configuration."""
    where = modules.bases(found)
    named = found.all("settings-named")
    there = [fact for fact in named if _file(tree, fact.value, where)]
    chosen = _named(there) if there else _not_named(named, _lying(tree, where))
    if chosen is None:
        return
    proposed = _for_production(tree, chosen, _file(tree, chosen.value, where), where)
    final = _questioned(proposed, there)
    yield final
    yield from (Fact("settings", fact.value, fact.evidence, "assumed") for fact in there)
    path = _file(tree, final.value, where)
    yield from _imported_from(path, final, where)
    yield from _configuration(tree, found, path)


def _named(there: Sequence[Fact]) -> Fact:
    best = min(there, key=_suits)
    return Fact("settings", best.value, best.evidence, best.certainty)


def _not_named(named: Sequence[Fact], lying: Sequence[Fact]) -> Fact | None:
    """The likeliest of the modules that lie there, with what speaks for others."""
    if not lying:
        return None
    gone = [f"{fact.evidence} names {fact.value}, which is not there" for fact in named[:1]]
    others = [
        f"or {fact.value} ({fact.evidence})?"
        for fact in lying[1:3]
        if not _words(fact.value) & FOR_WORK - {"example"}
    ]
    return replace(lying[0], todo="\n".join([*gone, *others]) or ASKED)


def _questioned(chosen: Fact, there: Sequence[Fact]) -> Fact:
    """With the module that is stated elsewhere, unless that is one for work."""
    others = [fact for fact in there if fact.certainty == "stated" and fact.value != chosen.value]
    others = [fact for fact in others if not _words(fact.value) & FOR_WORK]
    if not others or chosen.todo:
        return chosen
    return replace(chosen, todo=f"or {others[0].value} ({others[0].evidence})?")


def _suits(fact: Fact) -> tuple[int, int]:
    """What names itself for production first, what does so for work last; else as found."""
    words = _words(fact.value)
    if words & set(PRODUCTION):
        return 0, 0
    rank = {"stated": 1, "inferred": 2, "assumed": 3}[fact.certainty]
    return (5, rank) if words & FOR_WORK else (rank, 0)


def _words(name: str) -> set[str]:
    """The parts of a module's name behind the package's: "config.settings_dev" says "dev"."""
    return {word for part in name.lower().split(".")[-2:] for word in part.split("_")}


def _file(tree: Tree, name: str, where: Sequence[str]) -> str:
    return modules.locate(tree, name, where) or modules.search(tree, name)


def _lying(tree: Tree, where: Sequence[str]) -> list[Fact]:
    """Modules that are settings by their content, where nothing names one."""
    found = []
    for path in tree.files:
        is_one = FILE.fullmatch(PurePosixPath(path).name) or "settings" in path.split("/")[-2:-1]
        if not is_one or is_aside(path) or not path.endswith(".py"):
            continue
        given = {name for node, _ in syntax.statements(tree.module(path))
                 for name, _ in syntax.assignments(node)}  # fmt: skip
        name = modules.name_of(path, [base for base in where if base != "."] + ["."])
        if given & set(MARKS) and name:
            found.append(Fact("settings", name, tree.line(path, MARKS[0]), "inferred"))
    return sorted(found, key=lambda fact: _suits(fact))


def _for_production(tree: Tree, chosen: Fact, path: str, where: Sequence[str]) -> Fact:
    """The production module beside one that is for work, as a proposal."""
    beside = _beside(tree, chosen.value, path)
    better = next((name for word in PRODUCTION for name in beside if word in _words(name)), "")
    if not better or better == chosen.value or _words(chosen.value) & set(PRODUCTION):
        return chosen
    file = _file(tree, better, where)
    imported = _star_imports(tree, path, where)
    if file in imported and not any(_words(_stem(one)) & FOR_WORK for one in imported):
        return chosen
    if _words(chosen.value) & FOR_WORK or imported:
        todo = f"which settings are for production? {chosen.evidence} names {chosen.value}"
        return Fact("settings", better, file, "inferred", todo)
    todo = f"or {better} ({file})?"
    return Fact("settings", chosen.value, chosen.evidence, chosen.certainty, todo)


def _beside(tree: Tree, name: str, path: str) -> list[str]:
    """Settings modules of the same package, and those below one that is a package itself."""
    is_package = PurePosixPath(path).name == "__init__.py"
    package = name if is_package else name.rpartition(".")[0]
    folder = PurePosixPath(path).parent
    found = [PurePosixPath(one) for one in tree.files if PurePosixPath(one).parent == folder]
    stems = [one.stem for one in found if one.suffix == ".py"]
    in_settings = is_package or "settings" in name.split(".")[-2:-1]
    stems = [stem for stem in stems if stem.isidentifier() and stem != "__init__"]
    kept = [stem for stem in stems if in_settings or FILE.fullmatch(f"{stem}.py")]
    return [f"{package}.{stem}".lstrip(".") for stem in kept]


def _star_imports(tree: Tree, path: str, where: Sequence[str]) -> set[str]:
    """Files of what a module takes everything from."""
    return {
        file
        for node, _ in syntax.statements(tree.module(path))
        if isinstance(node, ast.ImportFrom) and [one.name for one in node.names] == ["*"]
        for file in modules.imported(tree, path, node, where)
    }


def _stem(path: str) -> str:
    return PurePosixPath(path).stem


def _imported_from(path: str, chosen: Fact, where: Sequence[str]) -> Iterator[Fact]:
    base = modules.base_of(path, chosen.value)
    if base not in where[:1]:
        yield Fact("python-path", list(dict.fromkeys((*where[:1], base))), path, "inferred")


def _configuration(tree: Tree, found: Facts, path: str) -> Iterator[Fact]:
    """django-configurations: a class of the settings, named by the environment."""
    classes = {
        node.name: node.lineno for node in tree.module(path).body if isinstance(node, ast.ClassDef)
    }
    named = found.all("configuration-named")
    if not named:
        return
    best = next((name for word in PRODUCTION for name in classes if word == name.lower()), "")
    value, evidence = named[0].value, named[0].evidence
    if best:
        value, evidence = best, f"{path}:{classes[best]}"
    todo = "" if value == named[0].value else f"{named[0].evidence} names {named[0].value}"
    row = {"name": "DJANGO_CONFIGURATION", "value": value}
    yield Fact("environment.DJANGO_CONFIGURATION", row, evidence, "inferred", todo)
