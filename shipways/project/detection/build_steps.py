"""What has to be made before the tree is packed: bundles of scripts and styles, translations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from shipways.project.detection import settings_values
from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.tree import Tree, folder, is_aside, join

# Lock file -> installing by it, running a script; the first that is there.
MANAGERS = {
    "package-lock.json": ("npm ci", "npm run {}"),
    "npm-shrinkwrap.json": ("npm ci", "npm run {}"),
    "yarn.lock": ("yarn install --frozen-lockfile", "yarn run {}"),
    "pnpm-lock.yaml": ("pnpm install --frozen-lockfile", "pnpm run {}"),
    "bun.lock": ("bun install --frozen-lockfile", "bun run {}"),
    "bun.lockb": ("bun install --frozen-lockfile", "bun run {}"),
}
UNLOCKED = ("npm install", "npm run {}")
SITES_OF_DOCS = ("docusaurus", "vitepress", "astro", "@docusaurus/core", "gatsby")
NAMES = ("build", "build:prod", "build:production", "prod", "production", "dist")


def facts(tree: Tree, found: Facts) -> Iterator[Fact]:
    """build-steps: {"command": a line, "working-directory": where}."""
    yield from _packages(tree, found)
    yield from _translations(tree, found)
    settings = settings_values.read(tree, found)
    given = settings.last("COMPRESS_OFFLINE")
    if given and "compressor" in found.value("installed-apps", ()):
        here = found.value("working-directory", ".")
        row = {"command": "manage compress", "working-directory": here}
        todo = "are pages compressed beforehand?"
        yield Fact("build-steps.compress", row, given.evidence, "inferred", todo)


def _packages(tree: Tree, found: Facts) -> Iterator[Fact]:
    done: list[str] = []
    for path in tree.named("package.json"):
        here = folder(path)
        if any(base == "." or here.startswith(f"{base}/") for base in done):
            continue  # a workspace of one above
        script = _script(tree, path)
        install, run = _manager(tree, here)
        key = "build-steps.npm" if here == "." else f"build-steps.npm {here}"
        if script:
            command = f"{install} && {run.format(script)}"
            yield _step(key, command, here, tree.line(path, f'"{script}"'))
            done.append(here)
        elif evidence := _served(tree, found):
            yield _step(key, install, here, evidence)
            done.append(here)


def _step(key: str, command: str, here: str, evidence: str) -> Fact:
    row = {"command": command, "working-directory": here}
    return Fact(key, row, evidence, "inferred")


def _script(tree: Tree, path: str) -> str:
    """The script that makes what the site serves; "" where there is none."""
    data = tree.json(path)
    scripts = _dict(data, "scripts")
    wanted = {**_dict(data, "dependencies"), **_dict(data, "devDependencies")}
    if any(name in wanted for name in SITES_OF_DOCS):
        return ""
    return next((name for name in NAMES if isinstance(scripts.get(name), str)), "")


def _dict(data: dict[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _manager(tree: Tree, here: str) -> tuple[str, str]:
    """By the lock file beside it or above."""
    places = [here, *map(str, PurePosixPath(here).parents)]
    for place in dict.fromkeys(places):
        for name, commands in MANAGERS.items():
            if join(place, name) in tree:
                return commands
    return UNLOCKED


def _served(tree: Tree, found: Facts) -> str:
    """Where the settings serve files out of node_modules; "" where they do not."""
    settings = settings_values.read(tree, found)
    for name in ("STATICFILES_FINDERS", "STATICFILES_DIRS", "NPM_ROOT_PATH", "NPM_FILE_PATTERNS"):
        for text in settings.texts(name):
            if "node_modules" in text.text or text.text.startswith("npm.finders"):
                return text.evidence
    return ""


def _translations(tree: Tree, found: Facts) -> Iterator[Fact]:
    """Django reads .mo, and only .po is tracked."""
    for path in tree.files:
        in_place = path.endswith(".po") and "/LC_MESSAGES/" in f"/{path}"
        if in_place and not is_aside(path) and f"{path[:-3]}.mo" not in tree:
            here = found.value("working-directory", ".")  # where Django looks for locale folders
            row = {"command": "manage compilemessages", "working-directory": here}
            yield Fact("build-steps.translations", row, f"{path} has no .mo", "inferred")
            return
