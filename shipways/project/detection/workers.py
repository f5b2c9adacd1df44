"""Processes beside the server: Celery's, and those of the apps that bring a worker command."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from shipways.project.detection import modules, settings_values, syntax
from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.requirements_files import names
from shipways.project.detection.settings_values import Settings
from shipways.project.detection.tree import Tree, is_aside

# An app in INSTALLED_APPS -> its worker's management command, as its documentation has it.
WORKERS: Mapping[str, tuple[str, ...]] = {
    "django_rq": ("rqworker",),
    "huey.contrib.djhuey": ("run_huey",),
    "bx_django_utils.huey": ("run_huey",),
    "django_q": ("qcluster",),
    "django_dramatiq": ("rundramatiq",),
    "django_tasks.backends.database": ("db_worker",),
    "django_tasks_db": ("db_worker",),
    "django_tasks.backends.rq": ("rqworker",),
    "procrastinate.contrib.django": ("procrastinate", "worker"),
    "background_task": ("process_tasks",),
    "django_apscheduler": ("runapscheduler",),
}
BEAT_MARKS = ("beat_schedule", "CELERY_BEAT_SCHEDULE", "CELERYBEAT_SCHEDULE", "on_after_configure",
              "periodic_task")  # fmt: skip
DATABASE_BEAT = "django_celery_beat"
SCHEDULE = ("--schedule", "{state}/celerybeat-schedule")
SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"


def facts(tree: Tree, found: Facts) -> Iterator[Fact]:
    """processes."""
    settings = settings_values.read(tree, found)
    yield from _celery(tree, found, settings)
    apps = found.value("installed-apps", ())
    for app, command in WORKERS.items():
        installed = [one for one in apps if one == app or one.startswith(f"{app}.")]
        if not installed:
            continue
        evidence = f"{found['installed-apps'].evidence} has {app}"
        queues = _queues(settings) if command == ("rqworker",) else []
        row = {"command": ["manage", *command, *queues], "one_off": False}
        own = [path for path in tree.files if path.endswith(f"/commands/{command[0]}.py")]
        if command == ("runapscheduler",) and not own:
            continue
        yield Fact("processes.worker", row, evidence, "inferred")


def _celery(tree: Tree, found: Facts, settings: Settings) -> Iterator[Fact]:
    where = modules.bases(found)
    for path in _nearest(tree, found):
        for name, line in _apps(tree.module(path)):
            module = modules.name_of(path, where)
            if not module:
                continue
            app = _reference(module, name)
            worker = ["celery", "-A", app, "worker"]
            yield Fact("processes.worker", {"command": worker, "one_off": False},
                       f"{path}:{line}", "inferred")  # fmt: skip
            yield from _beat(tree, found, settings, app, path)
            return


def _nearest(tree: Tree, found: Facts) -> list[str]:
    """Files that may make the Celery app: those called after it first."""
    named = tree.named("celery.py", "celery_app.py", "celeryapp.py", "tasks.py", "__init__.py")
    package = found.value("settings", "").partition(".")[0]
    if "celery" not in names(found) and not any("celery" in tree.text(path) for path in named[:50]):
        return []
    named = [path for path in named if "Celery(" in tree.text(path) and not is_aside(path)]
    return sorted(named, key=lambda path: ("/celery" not in f"/{path}", f"{package}/" not in path))


def _apps(module: ast.Module) -> Iterator[tuple[str, int]]:
    """Names of Celery's applications, and their lines."""
    for node, _ in syntax.statements(module):
        for name, value in syntax.assignments(node):
            made = syntax.dotted(value.func) if isinstance(value, ast.Call) else ""
            if made.rpartition(".")[2] == "Celery":
                yield name, node.lineno


def _reference(module: str, name: str) -> str:
    """As `celery -A` finds it: the package of a celery.py, else the module and its attribute."""
    if name not in ("app", "celery"):
        return f"{module}:{name}"
    return module.removesuffix(".celery")


def _beat(tree: Tree, found: Facts, settings: Settings, app: str, path: str) -> Iterator[Fact]:
    apps = found.value("installed-apps", ())
    if any(one.partition(".")[0] == DATABASE_BEAT for one in apps):
        command = ["celery", "-A", app, "beat", "--scheduler", SCHEDULER]
        evidence = f"{found['installed-apps'].evidence} has {DATABASE_BEAT}"
    else:
        said = [(file, mark) for file in dict.fromkeys((path, *settings.files))
                for mark in BEAT_MARKS if mark in tree.text(file)]  # fmt: skip
        if not said:
            return
        command = ["celery", "-A", app, "beat", *SCHEDULE]
        evidence = tree.line(*said[0])
    yield Fact("processes.beat", {"command": command, "one_off": False}, evidence, "inferred")


def _queues(settings: Settings) -> list[str]:
    """Names of RQ_QUEUES' keys; none where they are not literal."""
    given = settings.last("RQ_QUEUES")
    if given is None or not isinstance(given.value, ast.Dict):
        return []
    keys = [syntax.text(key) for key in given.value.keys]
    return keys if all(keys) and keys != ["default"] else []
