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
    _service("postgresql", r"^postgres(?:ql)?(?:(?:\+\w+)?://|$)|^postgis://|\.backends\.(?:postgresql|postgis)"
             r"|psqlextra\.backend", "psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary",
             is_database=True),
    _service("mysql", r"^(?:mysql|mariadb)(?:(?:gis)?://|$)|\.backends\.mysql\b|^django_mysql\.",
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
    engines = _engines(settings)
    for service in SERVICES:
        matches = [text for text in texts if service.said.search(text.text)]
        plain = [text for text in matches if not text.is_conditional]
        if matches:
            needed = engines == {service.name} if service.is_database else bool(plain)
            yield _fact(service, (plain or matches)[0].evidence, needed)
        elif service.is_database and (clients := sorted(service.clients & names(found))):
            yield _fact(service, f"{clients[0]} is a dependency", not engines)


def _engines(settings: Settings) -> set[str]:
    """Databases that the settings can have: where there are several, none of them is needed."""
    said = [text.text for text in settings.texts("DATABASES")]
    databases = [service for service in SERVICES if service.is_database]
    found = {one.name for one in databases if any(map(one.said.search, said))}
    return found | ({"sqlite"} if any(map(SQLITE.search, said)) else set())


def _texts(settings: Settings) -> Iterator[Text]:
    for name in settings.given:
        if SETTINGS.fullmatch(name):
            yield from settings.texts(name)


def _fact(service: Service, evidence: str, needed: bool) -> Fact:
    """Needed where the settings name it whatever happens, else one that they can do without."""
    table = "services" if needed else "optional-services"
    return Fact(f"{table}.{service.name}", service.name, evidence, "inferred")
