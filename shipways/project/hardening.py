"""How a service is confined by default, and what `[tool.shipways.unit]` loosens, with its reason.

The directives are those of systemd.exec(5); the score of all of them is that of
`systemd-analyze security`. Containers are confined by other means: `container` says what a loosened
directive means there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from shipways.project.values import Prose, Value

DEFAULTS: dict[str, tuple[str, ...]] = {
    "CapabilityBoundingSet": ("",),
    "AmbientCapabilities": ("",),
    "NoNewPrivileges": ("yes",),
    "ProtectSystem": ("strict",),
    "ProtectHome": ("yes",),
    "PrivateTmp": ("yes",),
    "PrivateDevices": ("yes",),
    "PrivateUsers": ("yes",),
    "ProtectKernelTunables": ("yes",),
    "ProtectKernelModules": ("yes",),
    "ProtectKernelLogs": ("yes",),
    "ProtectControlGroups": ("yes",),
    "ProtectClock": ("yes",),
    "ProtectHostname": ("yes",),
    "ProtectProc": ("invisible",),
    "ProcSubset": ("pid",),
    "RemoveIPC": ("yes",),
    "RestrictAddressFamilies": ("AF_INET AF_INET6 AF_UNIX",),
    "RestrictNamespaces": ("yes",),
    "RestrictRealtime": ("yes",),
    "RestrictSUIDSGID": ("yes",),
    "LockPersonality": ("yes",),
    "MemoryDenyWriteExecute": ("yes",),
    "KeyringMode": ("private",),
    "SystemCallArchitectures": ("native",),
    "SystemCallFilter": ("@system-service", "~@privileged @resources"),
    "SystemCallErrorNumber": ("EPERM",),
}
FURTHER = (  # what only opens something that the defaults close, and has no default here
    "BindPaths",
    "BindReadOnlyPaths",
    "DeviceAllow",
    "LimitMEMLOCK",
    "LimitNOFILE",
    "ReadWritePaths",
    "SupplementaryGroups",
)


MEANS = (  # those that containers have something for
    "CapabilityBoundingSet",
    "AmbientCapabilities",
    "NoNewPrivileges",
    "ProtectSystem",
    "SystemCallFilter",
)


class DirectiveValue(Value):
    """What stands after the `=` of a directive; empty resets it (systemd.exec(5))."""

    pattern = r"[A-Za-z0-9@~_.,:/+ -]*"
    what = "value of a unit's directive: letters, digits, spaces and @~_.,:/+-"


class Loosened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A directive of the service's unit that differs from the default, and why."""

    value: str | tuple[str, ...]
    """What stands there instead; several values are as many lines."""
    why: Prose
    """What the app needs it for; it stands as a comment wherever the value does."""

    @property
    def values(self) -> tuple[str, ...]:
        """One for each line of the unit."""
        return self.value if isinstance(self.value, tuple) else (self.value,)

    def __post_init__(self) -> None:
        for value in self.values:
            DirectiveValue.checked(value)


@dataclass(frozen=True)
class Directive:
    """Lines of a unit: the same name with each of `values`; `why` where it is not the default."""

    name: str
    values: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True)
class Container:
    """What is loosened where a container confines the app."""

    capabilities: tuple[str, ...] = ()  # without CAP_, as container engines write them
    gains_privileges: bool = False
    writes_root: bool = False  # the image's own files can be written
    unfiltered: bool = False  # no filter of system calls
    why: tuple[str, ...] = ()

    @property
    def security_opt(self) -> tuple[str, ...]:
        """As compose.yaml's `security_opt` has it."""
        return (
            *(() if self.gains_privileges else ("no-new-privileges:true",)),
            *(("seccomp=unconfined",) if self.unfiltered else ()),
        )


Unit = Mapping[str, Loosened]


def known(name: str) -> bool:
    """Whether a directive may stand in `[tool.shipways.unit]`."""
    return name in DEFAULTS or name in FURTHER


def directives(unit: Unit) -> tuple[Directive, ...]:
    """All lines that confine the service, in their order; what has no default comes last."""
    return tuple(_directives(unit))


def _directives(unit: Unit) -> Iterator[Directive]:
    for name, values in DEFAULTS.items():
        if name in unit:
            yield Directive(name, unit[name].values, unit[name].why)
        else:
            yield Directive(name, values)
    for name in FURTHER:
        if name in unit:
            yield Directive(name, unit[name].values, unit[name].why)


def container(unit: Unit) -> Container:
    """The nearest that container engines have; most directives have nothing to loosen there.

    The engines' default filter of system calls cannot be widened by names of systemd's sets, so a
    loosened SystemCallFilter turns it off.
    """
    named = {name: unit[name] for name in MEANS if name in unit}
    given = {name: loose for name, loose in named.items() if loose.values != DEFAULTS[name]}
    return Container(
        capabilities=_capabilities(given),
        gains_privileges="NoNewPrivileges" in given,
        writes_root="ProtectSystem" in given,
        unfiltered="SystemCallFilter" in given,
        why=tuple(dict.fromkeys(loosened.why for loosened in given.values())),
    )


def _capabilities(given: Unit) -> tuple[str, ...]:
    """Those that the process may have (capabilities(7)), in the order in which they are named."""
    sets = [given[name].values for name in MEANS[:2] if name in given]
    words = [word for values in sets for value in values for word in value.split()]
    return tuple(dict.fromkeys(word.removeprefix("CAP_") for word in words))


def summary(unit: Unit) -> str:
    """What is loosened, on one line: "ProcSubset=all (psutil reads /proc/meminfo)"."""
    return "; ".join(
        f"{name}={' '.join(loosened.values)} ({loosened.why})" for name, loosened in unit.items()
    )
