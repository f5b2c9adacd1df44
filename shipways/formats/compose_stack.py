"""What the stack's files say: which settings it fixes, which stay the administrator's, its images.

A project tells how it is configured by the names in `[[tool.shipways.environment]]`: DATABASE_URL
or DATABASE_URL_FILE, and names that end in SECRET_KEY, STATIC_ROOT and TRUST_PROXY. A variable with
_FILE beside it gets its secret as a file, another one through secrets/web.env.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shipways.errors import BuildError
from shipways.project import Project, Setting
from shipways.recipes import render

SECRETS = "/run/secrets"
STATIC_MOUNT = "/srv"
SECRET_VALUES = {"DATABASE_URL": "$url", "SECRET_KEY": "$(random)"}  # in make-secrets.sh
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
    (
        "TRUSTED_PROXIES",
        "127.0.0.1/32",
        "Addresses of proxies in front of this one whose X-Forwarded headers count.",
    ),
    ("BODY_LIMIT", "100MB", "Largest request that the proxy takes."),
    ("LOG_SIZE", "10m", "Size at which a container's log file is closed and a new one begun."),
    ("LOG_FILES", "3", "Log files that are kept for each container."),
    ("WEB_IMAGE", "", "Image of the app."),
    ("POSTGRES_IMAGE", "", "Image of the database: this one or postgres:17."),
    ("PROXY_IMAGE", "", "Image of the proxy: this one or caddy:2."),
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
    """Raises `BuildError` when no setting says where the database is."""
    names = [setting.name for setting in project.tool.environment]
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


def env_file(found: Roles) -> dict[str, str]:
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
        Setting(name=name, default=default or filled[name], help=text)
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
    return re.sub(r"\W", "_", project.name)


def values(project: Project, images: Images, format_id: str = "compose") -> dict[str, object]:
    """What the templates are filled in with."""
    found = roles(project)
    return {
        "project": project,
        "port": project.tool.port,
        "images": images,
        "database": database_name(project),
        "fixed": fixed(project, found, format_id),
        "settings": open_settings(project, found),
        "stack": stack_settings(project, images),
        "secrets": list(secrets(found)),
        "all_secrets": ["database_password", *secrets(found)],
        "secret_files": {name: secret for secret, name in secrets(found).items()},
        "env_file": env_file(found),
        "static_root": found.static_root,
        "static_path": static_path(project) if found.static_root else "",
    }


TEMPLATES = {
    "compose.yaml": "compose/compose.yaml.j2",
    ".env.example": "compose/env.example.j2",
    "Caddyfile": "compose/Caddyfile.j2",
    "make-secrets.sh": "compose/make-secrets.sh.j2",
}


def files(project: Project, images: Images) -> dict[str, bytes]:
    """Every file of the stack by its path in the stack's folder."""
    known = values(project, images)
    return {name: render(recipe, **known).encode() for name, recipe in TEMPLATES.items()}
