"""Images of what stands beside the app in a stack: its database and its proxy.

From a registry they are `postgres:17` and `nginx:1-alpine`. Without one they are picked out of
Debian's packages, as the app's own base is, and take the same variables and paths.
"""

from __future__ import annotations

import functools
import hashlib
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shipways.errors import BuildError
from shipways.formats.docker import minimal_base, rootfs_filter
from shipways.machines import distributions, engine, host_network, image_cache
from shipways.util import command, templates

SUITE = minimal_base.SUITE
TIMEOUT_S = 600
VERSION = 1  # raise it when the same recipe would now give another image
VERSION_LABEL = f"{engine.LABEL}.version"
POSTGRES_BIN = "/usr/lib/postgresql/17/bin"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"


@dataclass(frozen=True)
class Service:
    """How an image is made. `owned` are folders with their owner and mode, `files` our own."""

    name: str
    registry: str  # what a registry calls the same
    package: str  # the Debian package whose version is the image's
    others: tuple[str, ...]
    user: str  # its line in /etc/passwd
    links: Mapping[str, str]
    config: tuple[str, ...]  # lines of a Dockerfile
    owned: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)  # path -> recipe


POSTGRES = Service(
    name="postgres",
    registry="postgres:17",
    package="postgresql-17",
    others=("base-files", "busybox", "libc-bin", "netbase", "postgresql-client-17", "tzdata"),
    user="postgres:x:999:999:PostgreSQL:/var/lib/postgresql:/usr/sbin/nologin",
    links={f"usr/bin/{name}": "busybox" for name in ("cat", "ls", "mv", "rm", "sh")},
    owned={
        "var/lib/postgresql": (999, 0o755),
        "var/lib/postgresql/data": (999, 0o700),
        "run/postgresql": (999, 0o1777),
    },
    files={"usr/local/bin/docker-entrypoint.sh": "compose/postgres/entrypoint.sh"},
    config=(
        f"ENV PATH={PATH}:{POSTGRES_BIN}",
        "ENV PGDATA=/var/lib/postgresql/data/pgdata",
        "ENV LANG=C.UTF-8 PAGER=cat",
        "USER 999:999",
        "VOLUME /var/lib/postgresql/data",
        "STOPSIGNAL SIGINT",
        "EXPOSE 5432",
        'ENTRYPOINT ["docker-entrypoint.sh"]',
        'CMD ["postgres"]',
    ),
)
PROXY = Service(
    name="nginx",
    registry="nginx:1-alpine",
    package="nginx",
    others=("base-files", "busybox", "ca-certificates", "netbase", "tzdata"),
    user="nginx:x:101:101:nginx:/nonexistent:/usr/sbin/nologin",
    links={"usr/bin/wget": "busybox"},
    owned={"etc/proxy": (0, 0o755), "srv": (0, 0o755)},
    config=(
        f"ENV PATH={PATH}",
        "USER 101:101",
        "STOPSIGNAL SIGQUIT",
        'CMD ["nginx", "-g", "daemon off;"]',
    ),
)


@dataclass(frozen=True)
class ServiceImage:
    """An image that is ready in the engine under `ref`; `name` is what a stack calls it."""

    name: str
    ref: str
    source: str  # registry | archive


def ensure(service: Service, source: str = "auto") -> ServiceImage:
    """The service's image, pulled or made where it is not there yet.

    Raises `BuildError` when a registry is needed and none answers, `ToolMissing` without
    mmdebstrap where it is needed.
    """
    if source != "archive" and distributions.pulled(service.registry):
        return ServiceImage(service.registry, service.registry, "registry")
    if source == "registry":
        raise BuildError(
            f"{service.registry} cannot be pulled from its registry.",
            hint="The Debian archive serves as well: choose the source `archive` or `auto`.",
        )
    ref = image_cache.cached(service.name, _recipe(service), functools.partial(_make, service))
    version = engine.client().images.get(ref).labels[VERSION_LABEL]
    tag = version.replace("+", "-").replace("~", "-")
    return ServiceImage(f"shipways/{service.name}:{tag}", ref, "archive")


def _recipe(service: Service) -> str:
    """Everything that the image depends on, as text."""
    paths = [
        _rules(service),
        *map(templates.path, service.files.values()),
        Path(rootfs_filter.__file__),
    ]
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return f"{VERSION} {service} {SUITE} {host_network.debian_mirror()} {hashes}"


def _rules(service: Service) -> Path:
    folder = {"nginx": "proxy"}.get(service.name, service.name)
    return templates.path(f"compose/{folder}/image.rules")


def _make(service: Service, ref: str, labels: dict[str, str]) -> None:
    command.require("mmdebstrap", hint="apt-get install mmdebstrap")
    with engine.temporary_folder(service.name) as folder:
        _download(service, folder)
        version = _version(folder / f"{service.package}.control")
        tar = folder / "image.tar"
        _pack(service, folder, tar)
        labels = {**labels, VERSION_LABEL: version}
        marks = [f"LABEL {name}={json.dumps(value)}" for name, value in labels.items()]
        engine.import_image(tar, ref, [*service.config, *marks])


def _download(service: Service, folder: Path) -> None:
    """Leave PACKAGE.control and PACKAGE.tar of everything that the image is picked from."""
    mirror = host_network.debian_mirror()
    suites = (
        f"{mirror} {SUITE}",
        f"{mirror} {SUITE}-updates",
        f"{mirror}-security {SUITE}-security",
    )
    include = ",".join((service.package, *service.others))
    command.run(
        [
            "mmdebstrap", "--variant=extract", "--format=null", f"--include={include}",
            f"--extract-hook={minimal_base.KEEP.format(folder=folder)}", SUITE, "-",
            *(f"deb {suite} main" for suite in suites),
        ],
        timeout=TIMEOUT_S,
        env={"TMPDIR": str(folder)},
    )  # fmt: skip


def _version(control: Path) -> str:
    """The upstream and Debian version of a package, without its epoch."""
    lines = control.read_text(encoding="utf-8").splitlines()
    found = next(line for line in lines if line.startswith("Version:"))
    return found.removeprefix("Version:").strip().rpartition(":")[2]


def _pack(service: Service, folder: Path, tar: Path) -> None:
    """Pick the files, add our own, and write all of it as `tar`."""
    tree = folder / "tree"
    rules = rootfs_filter.parse(_rules(service).read_text(encoding="utf-8"))
    newest = rootfs_filter.make_tree(tree, folder, rules, minimal_base.PYTHON)
    (tree / "usr/bin/python3").unlink()  # a link to what this image is without
    for name, target in service.links.items():
        (tree / name).symlink_to(target)
    for name, recipe in service.files.items():
        (tree / name).write_bytes(templates.path(recipe).read_bytes())
        (tree / name).chmod(0o755)
    with (tree / "etc/passwd").open("a") as users, (tree / "etc/group").open("a") as groups:
        name, _, number = service.user.split(":")[:3]
        users.write(f"{service.user}\n")
        groups.write(f"{name}:x:{number}:\n")
    command.run(["ldconfig", "-r", tree], timeout=60)
    (tree / "var/cache/ldconfig/aux-cache").unlink(missing_ok=True)
    rootfs_filter.pack(tree, tar, newest)
    _add_owned(service, tar, newest)


def _add_owned(service: Service, tar: Path, newest: int) -> None:
    """Folders that are not root's; a new volume takes over the owner of the folder below it."""
    with tarfile.open(tar, "a", format=tarfile.GNU_FORMAT) as archive:
        for name, (owner, mode) in service.owned.items():
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.mtime = tarfile.DIRTYPE, mode, newest
            info.uid = info.gid = owner
            archive.addfile(info)
