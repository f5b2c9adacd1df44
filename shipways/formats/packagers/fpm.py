"""fpm: a Ruby program, for an rpm in front of rpmbuild; https://fpm.readthedocs.io/."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from shipways.formats.packagers.package import Package, plain, script_files, stage
from shipways.util.command import run
from shipways.util.escape import rpm_spec

TIMEOUT_S = 900


def make(package: Package, out: Path, work: Path, log: Path, options: Sequence[str]) -> None:
    """Write the package to `out`; `options` are those of the kind, such as --rpm-compression=xz."""
    with plain(work) as here:
        _make(package, here / out.name, here, log, options)
    shutil.move(work / out.name, out)


def _make(package: Package, out: Path, work: Path, log: Path, options: Sequence[str]) -> None:
    root = stage(package, work)
    argv: list[str | Path] = [
        "fpm", "--input-type=dir", f"--output-type={package.kind}", f"--chdir={root}",
        f"--package={out}", f"--workdir={work}", f"--source-date-epoch-default={package.epoch}",
        *_fields(package),
        *(f"--{name}={path}" for name, path in script_files(package, work)),
        *(f"--config-files={file.path}" for file in package.files if file.conffile),
        *options, ".",
    ]  # fmt: skip
    run(argv, timeout=TIMEOUT_S, env=package.environment, log_file=log)


def _fields(package: Package) -> list[str]:
    """What the package says of itself; fpm puts it into a spec as it is, so rpm would expand it."""
    project = package.project
    said = {
        "maintainer": project.tool.maintainer,
        "url": project.homepage,
        "license": package.license,
        "category": project.tool.section,
        "description": package.full_description,
    }
    escape = rpm_spec.text if package.kind == "rpm" else str
    return [
        f"--name={package.name}",
        f"--version={package.version}",
        *([f"--epoch={package.version_epoch}"] if package.version_epoch else []),
        f"--iteration={package.release}",
        f"--architecture={package.architecture}",
        *(f"--{name}={escape(value)}" for name, value in said.items()),
        *(f"--depends={one}" for one in package.depends),
        *(f"--provides={one}" for one in package.provides),
        *(f"--conflicts={one}" for one in package.conflicts),
        *(f"--replaces={one}" for one in package.replaces),
    ]
