"""requirements.txt, requirements/*.txt, requirements.in, Pipfile: which distributions are wanted.

Only their names and bounds, to know what the project is made with; what is installed is for the
lock's readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.tree import Tree, is_aside, join

NAMES = re.compile(r"(?:requirements|reqs?)(?:[-_.](?P<word>[\w-]+))?\.(?:txt|in)")
FOLDERS = ("requirements", "requirement", "reqs")
# Which of several is installed where the site runs, best first; others are for work.
FOR_SITES = ("production", "prod", "deploy", "", "requirements", "base", "common", "main", "heroku")
INCLUDED = re.compile(r"^(?:-r|--requirement)[ =]*(\S+)")


def facts(tree: Tree, _: Facts) -> Iterator[Fact]:
    """dependencies."""
    for path in sorted(_files(tree), key=lambda path: (path.count("/"), _rank(path))):
        lines = list(requirements(tree, path))
        if lines and _rank(path) < len(FOR_SITES):
            yield Fact("dependencies", lines, path)
    packages = tree.toml("Pipfile").get("packages")
    if isinstance(packages, dict):
        lines = [
            f"{name}{said if str(said)[:1] in '<>=~!' else ''}" for name, said in packages.items()
        ]
        yield Fact("dependencies", lines, tree.line("Pipfile", "[packages]"))


def requirements(tree: Tree, path: str, depth: int = 5) -> Iterator[str]:
    """Requirements of a file and of those that it includes (`-r`), without options and hashes."""
    for line in tree.text(path).replace("\\\n", " ").splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        included = INCLUDED.match(line)
        if included and depth:
            other = _normal(join(str(PurePosixPath(path).parent), included.group(1)))
            yield from requirements(tree, other, depth - 1)
        elif line and not line.startswith("-"):
            yield re.split(r"\s--", line)[0].strip()


def names(found: Facts) -> frozenset[str]:
    """Normal names (PEP 503) of everything that any file wants."""
    wanted = [line for fact in found.all("dependencies") for line in fact.value]
    return frozenset(filter(None, map(name_of, map(str, wanted))))


def name_of(requirement: str) -> str:
    """>>> name_of("Django[argon2]>=5 ; python_version > '3'")
    'django'
    """
    matched = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return canonicalize_name(matched.group(1).rstrip("._-")) if matched else ""


def parsed(found: Facts, name: str) -> Iterator[tuple[Requirement, str]]:
    """What is required of one distribution, and where."""
    for fact in found.all("dependencies"):
        for line in fact.value:
            if name_of(str(line)) == name:
                try:
                    yield Requirement(str(line)), fact.evidence
                except InvalidRequirement:
                    continue


def _files(tree: Tree) -> Iterator[str]:
    for path in tree.files:
        pure = PurePosixPath(path)
        in_folder = pure.parent.name in FOLDERS and pure.suffix in (".txt", ".in")
        if not is_aside(path) and (in_folder or NAMES.fullmatch(pure.name)):
            yield path


def _rank(path: str) -> int:
    """Which are for sites, best first; all others are behind."""
    pure = PurePosixPath(path)
    matched = NAMES.fullmatch(pure.name)
    word = (matched["word"] or "") if matched else pure.stem
    return FOR_SITES.index(word) if word in FOR_SITES else len(FOR_SITES)


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
