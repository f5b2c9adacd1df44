"""What stands on a target after an installation, whichever format brought it.

    /usr/lib/NAME/site-packages     app and dependencies (the native deb: its code is /usr/lib/NAME)
    /usr/lib/NAME/bin/COMMAND       the launcher
    /usr/bin/COMMAND                a link to it
    /usr/lib/systemd/system/NAME.service, and NAME-PROCESS.service for each other process
    /usr/lib/sysusers.d/NAME.conf
    /usr/lib/tmpfiles.d/NAME.conf
    /etc/NAME/NAME.env              settings: a conffile, 0640 root:NAME
    /usr/share/man/man1/COMMAND.1   manual page; `compressed` gives the .gz that packages hold
    /usr/share/doc/PACKAGE/NAME.cdx.json   what all of it is made of: `bill`
    /var/lib/NAME                   data, 0700: made by tmpfiles.d, in no package's list of files

`system_files` gives all of it but the code, as data: a format writes it into its package by
whatever means it has. `stage` writes it into a folder.

The service's user and the settings' group are called NAME; both come from sysusers.d. Where files
are unpacked before that has run (dpkg), pack the settings as root:root, and let the postinst chgrp.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from shipways.inputs.sbom import SUFFIX
from shipways.inputs.stages import Bundle
from shipways.project import hardening
from shipways.project.model import Project, Setting
from shipways.project.python_versions import Pythons
from shipways.project.values import Prose, Verbatim
from shipways.util.reproducible_tar import gzipped
from shipways.util.templates import render


@dataclass(frozen=True)
class TargetFile:
    """One file on the target: regular with `content`, or a symbolic link to `link`."""

    path: str  # absolute
    content: bytes = b""
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"
    conffile: bool = False  # the administrator may edit it; an upgrade keeps the edits
    link: str = ""


def system_files(
    project: Project, format_id: str, *, epoch: int, isolated: bool = True
) -> tuple[TargetFile, ...]:
    """Everything but the code and /usr/share/doc, sorted by path.

    `format_id` is what the app finds in SHIPWAYS_FORMAT. `isolated` launchers see their own
    site-packages and the standard library only, others (the native deb) also the distribution's
    packages. A bundle's `project` is the one that `shipped` gives.
    """
    name, command = project.name, project.command
    values = _values(project, format_id, epoch=epoch, isolated=isolated)
    made = {
        f"/usr/lib/{name}/bin/{command}": "launcher/launcher.py.j2",
        f"/usr/lib/systemd/system/{name}.service": "systemd/service.j2",
        f"/usr/lib/sysusers.d/{name}.conf": "systemd/sysusers.conf.j2",
        f"/usr/lib/tmpfiles.d/{name}.conf": "systemd/tmpfiles.conf.j2",
        f"/usr/share/man/man1/{command}.1": "man/command.1.j2",
        project.settings_file: "systemd/settings.env.j2",
    }
    files = [TargetFile(path, render(recipe, **values).encode()) for path, recipe in made.items()]
    files[0] = replace(files[0], mode=0o755)
    files[-1] = replace(files[-1], mode=0o640, group=name, conffile=True)
    files += _processes(project, values)
    files.append(TargetFile(f"/usr/bin/{command}", link=f"../lib/{name}/bin/{command}"))
    return tuple(sorted(files, key=lambda file: file.path))


def sbom(project: Project, content: bytes = b"", package: str = "") -> TargetFile:
    """The bill of materials, where a person looks for what a package says of itself.

    The one in the wheel's metadata is in the bundle as well, but names what the lock admits; this
    one names the very files that are there. Not compressed: scanners look for the ending.
    """
    name = f"{project.name}{SUFFIX}"
    return TargetFile(f"/usr/share/doc/{package or project.name}/{name}", content)


def compressed(files: Iterable[TargetFile]) -> tuple[TargetFile, ...]:
    """The same files with manual pages gzipped as Debian Policy 12.1 asks: -9, no name, no time."""
    return tuple(
        replace(file, path=f"{file.path}.gz", content=gzipped(file.content))
        if file.path.startswith("/usr/share/man/")
        else file
        for file in files
    )


def processes(project: Project) -> tuple[str, ...]:
    """The processes that are units: those that do not end by themselves."""
    return tuple(name for name, one in project.tool.processes.items() if not one.one_off)


def _processes(project: Project, values: Mapping[str, object]) -> Iterator[TargetFile]:
    """A unit for each process beside the one that serves."""
    for process in processes(project):
        path = f"/usr/lib/systemd/system/{project.name}-{process}.service"
        text = render("systemd/process.service.j2", process=process, **values)
        yield TargetFile(path, text.encode())


def units(files: Iterable[TargetFile]) -> dict[str, str]:
    """The units among these files: their names and their texts."""
    found = (file for file in files if file.path.endswith(".service"))
    return {Path(file.path).name: file.content.decode() for file in found}


def stage(files: Iterable[TargetFile], root: Path, epoch: int) -> None:
    """Write files below `root`, with their modes and one time for all; owners are the packer's."""
    for file in files:
        path = root / file.path.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if file.link:
            path.symlink_to(file.link)
        else:
            path.write_bytes(file.content)
            path.chmod(file.mode)
        os.utime(path, (epoch, epoch), follow_symlinks=False)
    for folder in (root, *root.rglob("*")):
        if folder.is_dir() and not folder.is_symlink():
            folder.chmod(0o755)
            os.utime(folder, (epoch, epoch))


def shipped(project: Project, bundle: Bundle) -> Project:
    """The project as a bundle ships it: for those Pythons only that all of its wheels are for.

    Parts for the stable ABI (abi3) run on their version and all later ones (PEP 425).
    """
    return replace(project, requires_python=bundle.pythons or project.requires_python)


def settings(project: Project) -> tuple[Setting, ...]:
    """The variables that the settings file shows: the project's, and where it listens."""
    declared = project.tool.environment
    if any(setting.name == project.tool.bind_variable for setting in declared):
        return declared
    bind = Setting(
        name=project.tool.bind_variable,
        help=Prose("Address and port to listen on"),
        default=Verbatim(f"127.0.0.1:{project.tool.port}"),
    )
    return (bind, *declared)


def _values(project: Project, format_id: str, *, epoch: int, isolated: bool) -> dict[str, object]:
    """What the templates are filled in with."""
    pythons = Pythons(project.requires_python)
    return {
        "project": project,
        "format_id": format_id,
        "isolated": isolated,
        "pythons": pythons.ranges,
        "python_words": pythons.words,
        "documentation": [f"man:{project.command}(1)", *filter(None, [project.homepage])],
        "settings": settings(project),
        "processes": processes(project),
        "directives": hardening.directives(project.tool.unit),
        "date": datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%d"),
    }
