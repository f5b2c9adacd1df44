"""Later versions of a project, made for trying its upgrade: a copy, its version raised, one more
migration in it, built by the same toolkit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import tomlkit
from packaging.version import Version

from shipways.build.dist import Dist
from shipways.build.timed_build import Workshop
from shipways.errors import VerifyError
from shipways.formats import Format, Options
from shipways.project import model as projects
from shipways.project import source_tree
from shipways.project.model import Project
from shipways.verify.delivery import Delivery
from shipways.verify.git_server import Repository, link

REASON = "this migration fails on purpose"
LATER = "shipways_later"  # the app that a later version of an application has
MIGRATION = """\
from django.db import migrations


{functions}class Migration(migrations.Migration):
    atomic = {atomic}
    dependencies = {dependencies!r}
    operations = [
        migrations.RunSQL(
            "CREATE TABLE shipways_{kind} (id integer)", "DROP TABLE shipways_{kind}"
        ),{operation}
    ]
"""
FUNCTIONS = {
    "next": "",
    "broken": f'def run(apps, schema_editor):\n    raise RuntimeError("{REASON}")\n\n\n',
    "slow": "def run(apps, schema_editor):\n    import time\n\n    time.sleep(600)\n\n\n",
}


def later(project: Project, kind: str, folder: Path) -> Project:
    """A copy in `folder` that is `next`, `broken` (its migration raises) or `slow` (it hangs)."""
    source_tree.snapshot(project.root, folder, whole=project.is_snapshot)
    raised = raise_version(project.version, 1 + list(FUNCTIONS).index(kind))
    path = folder / projects.FILE_NAME
    document: Any = tomlkit.parse(path.read_text("utf-8"))
    document["project"]["version"] = raised
    path.write_text(tomlkit.dumps(document), "utf-8")
    if project.is_application:
        add_app(folder, kind, raised)
    else:
        add_migration(folder, kind)
    return replace(projects.load(folder), is_snapshot=True, origin=project.origin)


def raise_version(version: str, by: int) -> str:
    """The last number of the release raised, which comes after all that release itself has.

    >>> raise_version("1.0.0", 2), raise_version("1!2.0.post1+local", 1)
    ('1.0.2', '1!2.1')
    """
    found = Version(version)
    *first, last = found.release
    before = f"{found.epoch}!" if found.epoch else ""
    return before + ".".join(map(str, [*first, last + by]))


def add_migration(folder: Path, kind: str) -> Path:
    """One more migration after the last one of the first app that has any."""
    found = sorted(folder.glob("**/migrations/[0-9]*.py"))
    if not found:
        raise VerifyError(f"{folder} has no migrations.")
    last = max(path for path in found if path.parent == found[0].parent)
    number = int(last.stem[:4]) + 1
    path = last.with_name(f"{number:04}_shipways_{kind}.py")
    path.write_text(migration(kind, [(last.parent.parent.name, last.stem)]), "utf-8")
    return path


def add_app(folder: Path, kind: str, version: str) -> Path:
    """One more app with one migration in an application's tree: it needs to know none of others."""
    (stated,) = folder.glob("*/application.json")
    application: dict[str, Any] = json.loads(stated.read_text("utf-8"))
    first = application.get("python_path", ["."])[0]
    migrations: Path = stated.parent / "tree" / first / LATER / "migrations"
    migrations.mkdir(parents=True)
    for place in (migrations.parent, migrations):
        (place / "__init__.py").write_text("", "utf-8")
    path = migrations / f"0001_shipways_{kind}.py"
    path.write_text(migration(kind, []), "utf-8")
    overlay = application.setdefault("overlay", {}).setdefault("set", {})
    overlay["INSTALLED_APPS+"] = [*overlay.get("INSTALLED_APPS+", ()), LATER]
    stated.write_text(json.dumps(application | {"version": version}), "utf-8")
    return path


def migration(kind: str, dependencies: Sequence[tuple[str, str]]) -> str:
    """The module of a migration of this kind."""
    functions = FUNCTIONS[kind]
    return MIGRATION.format(
        dependencies=list(dependencies),
        kind=kind,
        functions=functions,
        atomic=not functions,
        operation="\n        migrations.RunPython(run)," if functions else "",
    )


class Versions:
    """Versions of one project: `now`, and later ones. Formats of one share its wheel and bundle."""

    def __init__(self, project: Project, folder: Path, cache: Path) -> None:
        self._project = project
        self._folder = folder
        self._cache = cache
        self._shops: dict[str, Workshop] = {}

    def make(self, wanted: Format, kind: str) -> Delivery:
        """Build one format of a version; nothing of it comes into the engine."""
        shop = self._shops.get(kind) or self._open(kind)
        product = shop.attempt(wanted, "later", cold=False).product
        if not product.paths:
            return self.linked(shop.project, wanted)
        return Delivery(shop.project, wanted, product.paths[0])

    def linked(self, version: Project, wanted: Format) -> Delivery:
        """A version in a format that has no file: a tag of the repository."""
        return link(self._repository, version, wanted)

    @cached_property
    def _repository(self) -> Repository:
        return Repository(self._project, self._folder / "repository")

    def _open(self, kind: str) -> Workshop:
        folder = self._folder / kind
        version = self._project
        if kind != "now":
            version = later(version, kind, folder / version.root.name)
        work = folder / ".work"
        work.mkdir(parents=True)
        options = Options(compression="fast")
        epoch = source_tree.epoch(self._project.home)
        shop = Workshop(
            version, Dist(folder / ".dist"), work, self._cache, options, epoch, keep=False
        )
        self._shops[kind] = shop
        return shop
