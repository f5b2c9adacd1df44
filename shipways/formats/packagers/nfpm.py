"""nfpm: one static program, quick; https://nfpm.goreleaser.com/docs/configuration/."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from shipways.formats import installed_files
from shipways.formats.base import Job
from shipways.formats.installed_files import TargetFile
from shipways.formats.packagers.package import Package, script_files
from shipways.formats.recipe import Command, Recipe, bundle, with_sbom
from shipways.util import templates
from shipways.util.command import run
from shipways.util.escape.yaml import DOLLAR
from shipways.util.text import read_text

TIMEOUT_S = 900
SCRIPTS = {
    "before-install": "preinstall",
    "after-install": "postinstall",
    "before-remove": "preremove",
    "after-remove": "postremove",
}


def make(package: Package, out: Path, work: Path, log: Path, compression: str) -> None:
    """Write the package to `out`. `compression`: none (deb only), gzip, xz, zstd."""
    config = write(package, work, compression, str(package.bundle.site), str(work))
    run(
        ["nfpm", "package", f"--packager={package.kind}", f"--config={config}", f"--target={out}"],
        timeout=TIMEOUT_S,
        env={**package.environment, DOLLAR: "$"},
        log_file=log,
    )


def write(package: Package, folder: Path, compression: str, site: str, here: str) -> Path:
    """nfpm.yaml and all that it names but the bundle, which is `site`; returns its path.

    In nfpm.yaml the `folder` is called `here`.
    """
    installed_files.stage(package.files, folder / "files", package.epoch)
    scripts = {SCRIPTS[name]: f"{here}/{path.name}" for name, path in script_files(package, folder)}
    config = folder / "nfpm.yaml"
    config.write_text(
        templates.render(
            "nfpm/nfpm.yaml.j2",
            package=package,
            compression=compression,
            scripts=scripts,
            contents=list(_contents(package, site, f"{here}/files")),
            changelog=_changelog(package, folder, here),
        ),
        encoding="utf-8",
    )
    return config


def eject(package: Package, job: Job, folder: Path, project: str) -> Recipe:
    """The package's recipe, and the commands that pack it."""
    package = replace(package, files=with_sbom(package.files, job.inputs.sbom_of_lock))
    site = f"files{package.code}"
    config = read_text(write(package, folder, "xz", f"./{site}", "."))
    variable = f"{DOLLAR}='$' " if f"${{{DOLLAR}}}" in config else ""
    packing = f"{variable}nfpm package --config nfpm.yaml --packager {package.kind} --target ."
    commands = (
        *bundle(project, job.project.tool.lock, site),
        Command(packing, f"The .{package.kind}"),
    )
    return Recipe(commands, ("python3 with pip", "nfpm"))


def _changelog(package: Package, folder: Path, here: str) -> str:
    """Path of the changelog for an rpm's header; a deb has one among its files."""
    if package.kind == "deb":
        return ""
    path = folder / "changelog.yaml"
    path.write_text(templates.render("rpm/changelog.yaml.j2", package=package), encoding="utf-8")
    return f"{here}/{path.name}"


def _contents(package: Package, site: str, staged: str) -> Iterator[dict[str, object]]:
    """nfpm's `contents`: the bundle as one tree, everything else file by file."""
    for folder in package.own_folders:
        yield {"dst": folder, "type": "dir", "file_info": {"mode": 0o755}}
    yield {"src": site, "dst": package.code, "type": "tree"}
    for file in package.files:
        info = {"owner": file.owner, "group": file.group, "mode": file.mode}
        if file.link:
            yield {"src": file.link, "dst": file.path, "type": "symlink"}
        else:
            source, kind = f"{staged}{file.path}", _kind(package, file)
            yield {"src": source, "dst": file.path, "type": kind, "file_info": info}


def _kind(package: Package, file: TargetFile) -> str:
    if file.conffile:
        return "config|noreplace" if package.kind == "rpm" else "config"
    if package.kind == "rpm" and file.path.startswith("/usr/share/licenses/"):
        return "license"
    if package.kind == "rpm" and file.path.startswith(("/usr/share/doc/", "/usr/share/man/")):
        return "doc"
    return "file"
