"""Services, processes and build steps."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from shipways.project.detection import procfile
from tests.project.detection.conftest import Detect
from tests.project.detection.test_settings import manage

POSTGRES = '{"default": {"ENGINE": "django.db.backends.postgresql"}}'
SQLITE = '{"default": {"ENGINE": "django.db.backends.sqlite3"}}'
CELERY = 'from celery import Celery\napp = Celery("a")\n'
PACKAGE = json.dumps({"scripts": {"build": "vite build"}})


@pytest.mark.parametrize(
    ("settings", "requirements", "services", "optional"),
    [
        (f"DATABASES = {SQLITE}", "", [], []),
        (f"DATABASES = {POSTGRES}", "", ["postgresql"], []),
        (f"DATABASES = {SQLITE}\nif x:\n    DATABASES = {POSTGRES}", "", [], ["postgresql"]),
        (f"DATABASES = {SQLITE}", "psycopg[binary]", [], ["postgresql"]),
        ("DATABASES = {'default': env.db('DATABASE_URL')}", "psycopg2-binary", ["postgresql"], []),
        ("DATABASES = {'default': env.db('D', default='postgres:///x')}", "", ["postgresql"], []),
        ("DATABASES = {'default': {'ENGINE': 'django.contrib.gis.db.backends.postgis'}}", "",
         ["postgresql"], []),
        ("DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql'}}", "", ["mysql"], []),
        ("DATABASES = pick()\ndef pick():\n    if engine == 'postgres':\n        return 1", "",
         ["postgresql"], []),
        ("DATABASES = pick()\ndef pick():\n    return {'sqlite3': 1, 'mariadb': 2}", "", [],
         ["mysql"]),
        ("CELERY_BROKER_URL = os.getenv('R', 'redis://localhost')", "", ["redis"], []),
        ("CELERY_BROKER_URL = 'amqp://guest@localhost//'", "", ["rabbitmq"], []),
        ("R = 'redis://localhost'\nCHANNEL_LAYERS = {'default': {'CONFIG': R}}", "", ["redis"], []),
        ("CACHES = {'a': {'BACKEND': 'django.core.cache.backends.memcached.PyMemcacheCache'}}", "",
         ["memcached"], []),
        ("def pick():\n    return 'django_redis.cache.RedisCache'\nCACHES = pick()", "", [],
         ["redis"]),
        ("CACHES = {'a': {'BACKEND': 'django.core.cache.backends.locmem.LocMemCache'}}", "redis",
         [], []),
    ],
)  # fmt: skip
def test_services(
    detect: Detect, settings: str, requirements: str, services: object, optional: object
) -> None:
    found = detect(
        {
            "manage.py": manage("a.settings"),
            "a/settings.py": f"{settings}\n",
            "requirements.txt": f"{requirements}\n",
        }
    )
    assert found.value("services", []) == services
    assert found.value("optional-services", []) == optional


@pytest.mark.parametrize(
    ("settings", "more", "processes"),
    [
        ("", {"a/celery.py": CELERY}, {"worker": ["celery", "-A", "a", "worker"]}),
        ("", {"a/tasks.py": CELERY, "requirements.txt": "celery"},
         {"worker": ["celery", "-A", "a.tasks", "worker"]}),
        ("", {"a/celery.py": CELERY.replace("app =", "queue =")},
         {"worker": ["celery", "-A", "a.celery:queue", "worker"]}),
        ("CELERY_BEAT_SCHEDULE = {}", {"a/celery.py": CELERY},
         {"worker": ["celery", "-A", "a", "worker"],
          "beat": ["celery", "-A", "a", "beat", "--schedule", "{state}/celerybeat-schedule"]}),
        ("INSTALLED_APPS = ['django_celery_beat']", {"a/celery.py": CELERY},
         {"worker": ["celery", "-A", "a", "worker"],
          "beat": ["celery", "-A", "a", "beat", "--scheduler",
                   "django_celery_beat.schedulers:DatabaseScheduler"]}),
        ("INSTALLED_APPS = ['django_rq']\nRQ_QUEUES = {'high': {}, 'low': {}}", {},
         {"worker": ["manage", "rqworker", "high", "low"]}),
        ("INSTALLED_APPS = ['huey.contrib.djhuey']", {}, {"worker": ["manage", "run_huey"]}),
        ("INSTALLED_APPS = ['django_q']", {}, {"worker": ["manage", "qcluster"]}),
        ("INSTALLED_APPS = ['django_tasks', 'django_tasks.backends.database']", {},
         {"worker": ["manage", "db_worker"]}),
        ("INSTALLED_APPS = ['django_q']",
         {"Procfile": "web: gunicorn a.wsgi\nworker: python manage.py qcluster -v 2\n"},
         {"worker": ["manage", "qcluster", "-v", "2"]}),
        ("", {}, {}),
        ("", {"tests/celery.py": CELERY}, {}),
    ],
)  # fmt: skip
def test_processes(
    detect: Detect, settings: str, more: Mapping[str, str], processes: Mapping[str, list[str]]
) -> None:
    files = {"manage.py": manage("a.settings"), "a/settings.py": f"{settings}\n", **more}
    found = detect(files).below("processes")
    assert {name: fact.value["command"] for name, fact in found.items()} == processes


COMPOSE = """\
services:
  celery:
    command: celery -A notes worker -l info -Q high,low
  other:
    command: ["celery", "-A", "notes", "worker", "-Q", "mail"]
  beat:
    command: "celery -A notes beat -s /run/beat"
  shell:
    command: celery -A notes worker -c $COUNT
  web:
    command: sh -c "python manage.py migrate && python manage.py runserver 0.0.0.0:8000"
"""


@pytest.mark.parametrize(
    ("path", "text", "processes"),
    [
        ("docker-compose.yml", COMPOSE,
         {"worker": "celery -A notes worker -l info -Q high,low",
          "worker-2": "celery -A notes worker -Q mail",
          "beat": "celery -A notes beat --schedule {state}/celerybeat-schedule"}),
        ("deploy/worker.service", "[Service]\nExecStart=/opt/venv/bin/celery --app n worker\n",
         {"worker": "celery --app n worker"}),
        ("supervisord.conf", "[program:x]\ncommand=python manage.py run_huey -w 2\n",
         {"worker": "manage run_huey -w 2"}),
        ("uwsgi.ini", "attach-daemon = ./manage.py sendalerts --skip-checks\n",
         {"sendalerts": "manage sendalerts --skip-checks"}),
        ("svc/run", "exec python3 manage.py document_consumer\n",
         {"document-consumer": "manage document_consumer"}),
        ("compose.yaml", "command: python manage.py migrate --noinput\n", {}),
        ("compose.yaml", "command: [1\n", {}),
        ("docs/docker-compose.yml", COMPOSE, {}),
    ],
)  # fmt: skip
def test_commands_by_which_it_is_run_elsewhere(
    detect: Detect, path: str, text: str, processes: Mapping[str, str]
) -> None:
    found = detect({path: text}).below("processes")
    assert {name: " ".join(one.value["command"]) for name, one in found.items()} == processes
    assert all(one.evidence.startswith(f"{path}:") for one in found.values())


@pytest.mark.parametrize(
    ("command", "argv"),
    [
        ("python manage.py rqworker high", ["manage", "rqworker", "high"]),
        ("python3 ./manage.py x", ["manage", "x"]),
        ("./manage.py x", ["manage", "x"]),
        ("env/bin/python src/manage.py qcluster", ["manage", "qcluster"]),
        ("exec celery -A a worker -n 'a b'", ["celery", "-A", "a", "worker", "-n", "a b"]),
        ("A=1 celery worker", ["env", "A=1", "celery", "worker"]),
        ("celery worker -c $N", ["sh", "-c", "celery worker -c $N"]),
        ("it's", ["sh", "-c", "it's"]),
    ],
)
def test_words_of_a_procfile(command: str, argv: list[str]) -> None:
    assert procfile.argv(command) == argv


def test_a_release_is_what_comes_before_the_start(detect: Detect) -> None:
    found = detect({"Procfile": "release: python manage.py migrate && python manage.py seed\n"})
    assert found.value("prepare") == [["migrate", "--noinput"], ["seed"]]
    found = detect({"Procfile": "release: ./release.sh\n"})
    assert found.value("processes") == {
        "release": {"command": ["./release.sh"], "one_off": True}
    }  # fmt: skip


@pytest.mark.parametrize(
    ("files", "steps"),
    [
        ({"package.json": PACKAGE, "package-lock.json": "{}"}, [("npm ci && npm run build", ".")]),
        ({"ui/package.json": PACKAGE, "ui/yarn.lock": ""},
         [("yarn install --frozen-lockfile && yarn run build", "ui")]),
        ({"ui/package.json": PACKAGE, "pnpm-lock.yaml": ""},
         [("pnpm install --frozen-lockfile && pnpm run build", "ui")]),
        ({"package.json": PACKAGE}, [("npm install && npm run build", ".")]),
        ({"package.json": PACKAGE, "packages/x/package.json": PACKAGE},
         [("npm install && npm run build", ".")]),
        ({"package.json": '{"scripts": {"test": "x"}}'}, []),
        ({"docs/package.json": PACKAGE}, []),
        ({"site/package.json": json.dumps({"scripts": {"build": "x"},
                                           "dependencies": {"astro": "1"}})}, []),
        ({"package.json": "{}", "package-lock.json": "{}",
          "manage.py": manage("a.settings"), "a/settings.py":
          "STATICFILES_DIRS = ['node_modules/bootstrap']\n"}, [("npm ci", ".")]),
        ({"a/locale/de/LC_MESSAGES/django.po": ""}, [("manage compilemessages", ".")]),
        ({"a/locale/de/LC_MESSAGES/django.po": "", "a/locale/de/LC_MESSAGES/django.mo": ""}, []),
        ({"src/manage.py": manage("a"), "src/locale/de/LC_MESSAGES/django.po": ""},
         [("manage compilemessages", "src")]),
    ],
)  # fmt: skip
def test_build_steps(
    detect: Detect, files: Mapping[str, str], steps: list[tuple[str, str]]
) -> None:
    found = detect(files).value("build-steps", [])
    assert [(one["command"], one["working-directory"]) for one in found] == steps
