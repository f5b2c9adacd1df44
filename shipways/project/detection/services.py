"""Services that the settings' back ends need: databases, caches, brokers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shipways.project.detection import settings_values
from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.requirements_files import names
from shipways.project.detection.settings_values import Settings, Text
from shipways.project.detection.tree import Tree


@dataclass(frozen=True)
class Service:
    """How a service is known: a back end's module, a URL, or the client in the dependencies."""

    name: str
    said: re.Pattern[str]
    clients: frozenset[str]
    is_database: bool = False


def _service(name: str, said: str, *clients: str, is_database: bool = False) -> Service:
    return Service(name, re.compile(said, re.IGNORECASE), frozenset(clients), is_database)


SERVICES = (
    _service("postgresql", r"^postgres(?:ql)?(?:\+\w+)?://|^postgis://|\.backends\.(?:postgresql|postgis)"
             r"|psqlextra\.backend", "psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary",
             is_database=True),
    _service("mysql", r"^(?:mysql|mariadb)(?:gis)?://|\.backends\.mysql\b|^django_mysql\.",
             "mysqlclient", "pymysql", is_database=True),
    _service("redis", r"^(?:rediss?|valkeys?|redis\+socket)://|redis\.RedisCache|^django_redis\.|^channels_redis\."
             r"|RedisCacheBackend|\.redis\.|RedisHuey", "redis", "django-redis", "channels-redis"),
    _service("rabbitmq", r"^(?:py)?amqps?://|^channels_rabbitmq\.|RabbitmqBroker", "pika"),
    _service("memcached", r"\.memcached\.\w+Cache|^django_pylibmc\.", "pylibmc", "pymemcache"),
)  # fmt: skip
SETTINGS = re.compile(
    r"DATABASES|CACHES|CHANNEL_LAYERS|SESSION_ENGINE|RQ_QUEUES|Q_CLUSTER|HUEY|TASKS|TASK_BACKEND"
    r"|.*(?:BROKER|REDIS|CACHE|RESULT_BACKEND|DRAMATIQ|DATABASE|CELERY|AMQP|RABBIT).*"
)
SQLITE = re.compile(r"sqlite")


def facts(tree: Tree, found: Facts) -> Iterator[Fact]:
    """services, optional-services."""
    settings = settings_values.read(tree, found)
    texts = list(_texts(settings))
    databases = settings.texts("DATABASES")
    has_sqlite = any(SQLITE.search(text.text) for text in databases)
    for service in SERVICES:
        matches = [text for text in texts if service.said.search(text.text)]
        if matches:
            yield _fact(service, matches, has_sqlite and service.is_database)
        elif clients := sorted(service.clients & names(found)):
            yield from _by_client(service, clients[0], has_sqlite)


def _texts(settings: Settings) -> Iterator[Text]:
    for name in settings.given:
        if SETTINGS.fullmatch(name):
            yield from settings.texts(name)


def _fact(service: Service, matches: list[Text], is_one_of_several: bool) -> Fact:
    """Needed where the settings name it whatever happens, else one that they can do without."""
    plain = [text for text in matches if not text.is_conditional]
    best = (plain or matches)[0]
    if plain and not is_one_of_several:
        return Fact(f"services.{service.name}", service.name, best.evidence, "inferred")
    return Fact(f"optional-services.{service.name}", service.name, best.evidence, "inferred")


def _by_client(service: Service, client: str, has_sqlite: bool) -> Iterator[Fact]:
    """What only the dependencies speak of: a database that a URL chooses, or none at all."""
    if service.is_database:
        table = "optional-services" if has_sqlite else "services"
        yield Fact(f"{table}.{service.name}", service.name, f"{client} is a dependency", "inferred")
