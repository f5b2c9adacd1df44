"""nfpm: one static program, quick; https://nfpm.goreleaser.com/docs/configuration/."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shipways.formats import installed_files
from shipways.formats.installed_files import TargetFile
from shipways.formats.packagers.package import Package, script_files
from shipways.util import templates
from shipways.util.command import run
from shipways.util.escape.yaml import DOLLAR

TIMEOUT_S = 900
SCRIPTS = {
    "before-install": "preinstall",
    "after-install": "postinstall",
    "before-remove": "preremove",
    "after-remove": "postremove",
}


def make(package: Package, out: Path, work: Path, log: Path, compression: str) -> None:
    """Write the package to `out`. `compression`: none (deb only), gzip, xz, zstd."""
    files = work / "files"
    installed_files.stage(package.files, files, package.epoch)
    config = work / "nfpm.yaml"
    config.write_text(
        templates.render(
            "nfpm/nfpm.yaml.j2",
            package=package,
            compression=compression,
            scripts={SCRIPTS[name]: str(path) for name, path in script_files(package, work)},
            contents=list(_contents(package, files)),
            changelog=_changelog(package, work),
        ),
        encoding="utf-8",
    )
    run(
        ["nfpm", "package", f"--packager={package.kind}", f"--config={config}", f"--target={out}"],
        timeout=TIMEOUT_S,
        env={**package.environment, DOLLAR: "$"},
        log_file=log,
    )


def _changelog(package: Package, work: Path) -> str:
    """Path of the changelog for an rpm's header; a deb has one among its files."""
    if package.kind == "deb":
        return ""
    path = work / "changelog.yaml"
    path.write_text(templates.render("rpm/changelog.yaml.j2", package=package), encoding="utf-8")
    return str(path)


def _contents(package: Package, staged: Path) -> Iterator[dict[str, object]]:
    """nfpm's `contents`: the bundle as one tree, everything else file by file."""
    for folder in package.own_folders:
        yield {"dst": folder, "type": "dir", "file_info": {"mode": 0o755}}
    yield {"src": str(package.bundle.site), "dst": package.code, "type": "tree"}
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
