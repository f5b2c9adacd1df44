"""What the stack's files say: which settings it fixes, which stay the administrator's, its images.

A project tells how it is configured by the names in `[[tool.shipways.environment]]`: DATABASE_URL
or DATABASE_URL_FILE, and names that end in SECRET_KEY, STATIC_ROOT and TRUST_PROXY. A variable with
_FILE beside it gets its secret as a file, another one through secrets/web.env.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace

from shipways.errors import BuildError
from shipways.project import hardening, versions
from shipways.project.model import Project, Setting
from shipways.project.names import VariableName
from shipways.project.values import Prose, Verbatim
from shipways.util.escape import Fragment
from shipways.util.templates import render

SECRETS = "/run/secrets"
STATIC_MOUNT = "/srv"
BACKEND = "app-"  # before the version: the name of the copies that run it
SECRET_VALUES = {  # in make-secrets.sh
    "DATABASE_URL": Fragment("$url", "shell"),
    "SECRET_KEY": Fragment("$(random)", "shell"),
}
STACK_SETTINGS = (  # (name, default, help); "" as default stands for what the build filled in
    ("PUBLISH", "", "Address and port on this machine that the proxy answers at."),
    ("WEB_REPLICAS", "1", "Copies of the app. `docker compose up -d --scale web=4` does it too."),
    ("WEB_CPUS", "2", "Processors that one copy of the app may use."),
    ("WEB_MEMORY", "512m", "Memory that one copy of the app may use."),
    ("DB_CPUS", "2", "Processors that PostgreSQL may use."),
    ("DB_MEMORY", "512m", "Memory that PostgreSQL may use."),
    ("DB_SHARED_MEMORY", "128m", "Size of PostgreSQL's /dev/shm; large parallel queries need it."),
    ("PROXY_CPUS", "1", "Processors that the proxy may use."),
    ("PROXY_MEMORY", "256m", "Memory that the proxy may use."),
    ("LOG_SIZE", "10m", "Size at which a container's log file is closed and a new one begun."),
    ("LOG_FILES", "3", "Log files that are kept for each container."),
    ("WEB_IMAGE", "", "Image of the app."),
    ("POSTGRES_IMAGE", "", "Image of the database: this one or postgres:17."),
    ("PROXY_IMAGE", "", "Image of the proxy: this one or nginx:1-alpine."),
)


@dataclass(frozen=True)
class Images:
    """Names of the three images, as the engine knows them."""

    web: str
    db: str
    proxy: str


@dataclass(frozen=True)
class Roles:
    """The names that the project's settings have; "" where there is none."""

    database: str
    secret_key: str
    static_root: str
    trust_proxy: str
    as_file: frozenset[str]  # of these, the ones that have a variant with _FILE


def roles(project: Project) -> Roles:
    """Raises `BuildError` when no setting says where the database is, or one is the stack's own."""
    names = [setting.name for setting in project.tool.environment]
    taken = sorted({name for name, _, _ in STACK_SETTINGS} & set(names))
    if taken:
        raise BuildError(
            f"{taken[0]} is a setting of {project.name} and of the stack itself.",
            hint="Rename it in [[tool.shipways.environment]], or choose the format docker.",
        )
    known = {name.removesuffix("_FILE") for name in names}

    def named(suffix: str) -> str:
        pattern = re.compile(rf"(?:.*_)?{suffix}")
        return next((name for name in sorted(known) if pattern.fullmatch(name)), "")

    if "DATABASE_URL" not in known:
        raise BuildError(
            f"{project.name} has no setting DATABASE_URL or DATABASE_URL_FILE.",
            hint="Declare one in [[tool.shipways.environment]], or choose the format docker.",
        )
    as_file = frozenset(name for name in known if f"{name}_FILE" in names)
    served = named("STATIC_ROOT") if project.tool.static_url.startswith("/") else ""
    return Roles("DATABASE_URL", named("SECRET_KEY"), served, named("TRUST_PROXY"), as_file)


def secrets(found: Roles) -> dict[str, str]:
    """Secret -> the variable whose _FILE names it."""
    wanted = {"database_url": found.database, "secret_key": found.secret_key}
    return {secret: name for secret, name in wanted.items() if name in found.as_file}


def env_file(found: Roles) -> dict[str, Fragment]:
    """Variable -> its value in the shell of make-secrets.sh, where no file can bring it."""
    wanted = {found.database: "DATABASE_URL", found.secret_key: "SECRET_KEY"}
    return {
        name: SECRET_VALUES[kind]
        for name, kind in wanted.items()
        if name and name not in found.as_file
    }


def fixed(project: Project, found: Roles, format_id: str) -> dict[str, str]:
    """Variables that the stack itself sets."""
    values = {"SHIPWAYS_FORMAT": format_id}
    values |= {f"{name}_FILE": f"{SECRETS}/{secret}" for secret, name in secrets(found).items()}
    if found.static_root:
        values[found.static_root] = STATIC_MOUNT + static_path(project)
    if found.trust_proxy:
        values[found.trust_proxy] = "true"
    return values


def open_settings(project: Project, found: Roles) -> tuple[Setting, ...]:
    """The project's settings that the administrator may still choose."""
    taken = {project.tool.bind_variable, project.tool.state_dir_variable, found.static_root}
    taken |= {found.trust_proxy, found.database, found.secret_key}
    taken |= {f"{name}_FILE" for name in taken}
    return tuple(setting for setting in project.tool.environment if setting.name not in taken)


def stack_settings(project: Project, images: Images) -> tuple[Setting, ...]:
    """The stack's own settings, with what this build filled in."""
    filled = {
        "PUBLISH": f"127.0.0.1:{project.tool.port}",
        "WEB_IMAGE": images.web,
        "POSTGRES_IMAGE": images.db,
        "PROXY_IMAGE": images.proxy,
    }
    return tuple(
        Setting(VariableName(name), Prose(text), Verbatim(default or filled[name]))
        for name, default, text in STACK_SETTINGS
    )


def static_path(project: Project) -> str:
    """Path of the static files' address without its last slash: "/static"."""
    return project.tool.static_url.rstrip("/")


def database_name(project: Project) -> str:
    """Name of database and user: what needs no quotes in SQL.

    >>> from types import SimpleNamespace
    >>> database_name(SimpleNamespace(name="notes-app"))
    'notes_app'
    """
    name = re.sub(r"\W", "_", project.name)
    return f"app_{name}" if name.startswith("pg_") else name  # PostgreSQL keeps pg_ for itself


def values(
    project: Project, images: Images, format_id: str = "compose", *, shared_static: bool = True
) -> dict[str, object]:
    """What the templates are filled in with.

    `shared_static` is false where copies of the app on several machines share no volume: then each
    of them serves its static files itself.
    """
    found = roles(project)
    settings = open_settings(project, found)
    if not shared_static:
        found = replace(found, static_root="")
    return {
        "project": project,
        "port": project.tool.port,
        "images": images,
        "database": database_name(project),
        "fixed": fixed(project, found, format_id),
        "settings": settings,
        "stack": stack_settings(project, images),
        "secrets": list(secrets(found)),
        "all_secrets": ["database_password", *secrets(found)],
        "secret_files": {name: secret for secret, name in secrets(found).items()},
        "env_file": env_file(found),
        "static_root": found.static_root,
        "loosened": hardening.container(project.tool.unit),
        "static_path": static_path(project) if found.static_root else "",
    }


TEMPLATES = {
    "compose.yaml": "compose/compose.yaml.j2",
    ".env.example": "compose/env.example.j2",
    "make-secrets.sh": "compose/make-secrets.sh.j2",
    "proxy/nginx.conf": "compose/proxy/nginx.conf.j2",
    "upgrade.sh": "compose/upgrade.sh.j2",
}


def files(project: Project, images: Images) -> dict[str, bytes]:
    """Every file of the stack by its path in the stack's folder."""
    backend = BACKEND + versions.host_part(project.version, len(BACKEND))
    known = {**values(project, images), "backend": backend}
    made = {name: render(recipe, **known) for name, recipe in TEMPLATES.items()}
    several = {**values(project, images, "swarm", shared_static=False), "backend": "web"}
    proxy = render("compose/proxy/nginx.conf.j2", **several)
    mark = hashlib.sha256(proxy.encode()).hexdigest()[:16]
    made["proxy/swarm.conf"] = proxy
    made["swarm.yaml"] = render("compose/swarm.yaml.j2", **several, proxy_hash=mark)
    return {name: text.encode() for name, text in made.items()}
