"""Bases: how each distribution's bare system comes from a registry or from the Debian archive."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass

from docker.errors import DockerException

from shipways.errors import BuildError
from shipways.machines import engine, fedora_stub, host_network, image_layers, image_names
from shipways.util import command

BOOTSTRAP_TIMEOUT_S = 600
SUITES = {"debian:13": "trixie", "debian:12": "bookworm"}
REGISTRY_NAMES = {
    "debian:13": "debian:trixie-slim",
    "debian:12": "debian:bookworm-slim",
    "rpm": "fedora:43",
}
PLATFORMS = {
    "debian:13": "Debian 13 (trixie)",
    "debian:12": "Debian 12 (bookworm)",
    "rpm": "Fedora 43",
}
DEBIAN_SYSTEMD = ("systemd", "systemd-sysv")
DOCKER = ("docker.io", "docker-cli", "docker-compose", "iptables")
# What a Fedora server has and its container image may lack.
FEDORA_SYSTEMD = ("findutils", "gawk", "python3", "shadow-utils", "systemd", "util-linux")
REGISTRY_VARIABLE = (
    "SHIPWAYS_REGISTRY"  # a registry that mirrors the public ones, HOST[:PORT][/PATH]
)
# Registry images drop documentation and empty apt's cache; a server's system does neither.
AS_ON_A_SERVER = "rm -f /etc/dpkg/dpkg.cfg.d/docker /etc/apt/apt.conf.d/docker-*"


@dataclass(frozen=True)
class Base:
    """A bare system: what makes its lowest image, and the layers that stand on that."""

    source: str  # registry | archive
    platform: str
    manager: str  # apt | dnf: what installs packages in it
    systemd: Sequence[str]  # the packages that make it boot
    role: str  # of the lowest image
    recipe: str  # what the lowest image is made by, as text
    make: image_layers.Maker
    layers: Sequence[image_layers.Layer] = ()


def choose(role: str, source: str) -> Base:
    """The base of a role by the source that was asked for, or by the first that can be reached."""
    if source == "archive" or (source == "auto" and not pulled(registry_name(role))):
        return _rpm_on_debian() if role == "rpm" else _archived(role)
    name = registry_name(role)
    if not pulled(name):
        raise BuildError(
            f"{name} cannot be pulled from its registry.",
            hint="The Debian archive serves as well: choose the source `archive` or `auto`.",
        )
    manager, systemd = ("dnf", FEDORA_SYSTEMD) if role == "rpm" else ("apt", DEBIAN_SYSTEMD)
    fix = "true" if role == "rpm" else AS_ON_A_SERVER
    make = functools.partial(image_layers.add, name, image_layers.Script(fix))
    return Base("registry", PLATFORMS[role], manager, systemd, role, f"{name} {fix}", make)


def registry_name(role: str) -> str:
    """What a registry calls the image of a role."""
    return mirrored(REGISTRY_NAMES[role])


def mirrored(name: str) -> str:
    """What the registry that SHIPWAYS_REGISTRY names calls a public image."""
    mirror = os.environ.get(REGISTRY_VARIABLE, "").rstrip("/")
    return f"{mirror}/{name}" if mirror else name


@functools.cache
def pulled(name: str) -> bool:
    """Pull an image by the registry's name; False where no registry answers. Asked once."""
    try:
        with image_names.kept([name]):
            engine.client().images.pull(name)
    except (DockerException, OSError):
        return False
    return True


def _archived(role: str) -> Base:
    recipe = f"mmdebstrap minbase {SUITES[role]} {host_network.debian_mirror()}"
    make = functools.partial(_bootstrap, SUITES[role])
    return Base("archive", PLATFORMS[role], "apt", DEBIAN_SYSTEMD, role, recipe, make)


def _rpm_on_debian() -> Base:
    """A Debian base with rpm, dnf, and a stub package that provides what a Fedora base would."""
    platform = "Debian 13 (trixie) with rpm, dnf and a stub of Fedora's base"
    return dataclasses.replace(
        _archived("debian:13"), platform=platform, layers=(fedora_stub.LAYER,)
    )


def _bootstrap(suite: str, ref: str, labels: dict[str, str]) -> None:
    """mmdebstrap, then import: what `debian:SUITE` is, without the documentation left out."""
    command.require("mmdebstrap", hint="apt-get install mmdebstrap")
    with engine.temporary_folder("bootstrap") as folder:
        tar = folder / "root.tar"
        command.run(
            ["mmdebstrap", "--variant=minbase", suite, tar, host_network.debian_mirror()],
            timeout=BOOTSTRAP_TIMEOUT_S,
            env={"TMPDIR": str(folder)},
        )
        changes = [f'LABEL {name}="{value}"' for name, value in labels.items()]
        engine.import_image(tar, ref, [*changes, 'CMD ["bash"]'])
