"""rpmbuild: rpm's own, from a spec; https://rpm-software-management.github.io/rpm/manual/spec.html."""

from __future__ import annotations

import shutil
from pathlib import Path

from shipways.formats.packagers.package import Package, plain, stage
from shipways.util import templates
from shipways.util.command import run
from shipways.util.escape import Fragment, rpm_spec
from shipways.util.escape.rpm_spec import tag

TIMEOUT_S = 900
SCRIPTS = {
    "before-install": "pre",
    "after-install": "post",
    "before-remove": "preun",
    "after-remove": "postun",
}


def make(package: Package, out: Path, work: Path, log: Path, payload: str) -> None:
    """Write the package to `out`; `payload` is rpm's word for a compression, such as w9.xzdio."""
    with plain(work) as here:
        _make(package, here / out.name, here, log, payload)
    shutil.move(work / out.name, out)


def write(package: Package, folder: Path, payload: str, staged: str) -> Path:
    """package.spec, which packs what %install copies from `staged`, a word as it stands there."""
    spec = folder / "package.spec"
    spec.write_text(
        templates.render(
            "rpm/package.spec.j2",
            package=package,
            payload=payload,
            stage=Fragment(staged, rpm_spec.SPEC.name),
            scripts={SCRIPTS[name]: text for name, text in package.scripts.items()},
        ),
        encoding="utf-8",
    )
    return spec


def _make(package: Package, out: Path, work: Path, log: Path, payload: str) -> None:
    spec = write(package, work, payload, rpm_spec.shell(f"{stage(package, work)}/."))
    argv: list[str | Path] = [
        "rpmbuild", "-bb", f"--target={package.architecture}",
        f"--define=_topdir {tag(str(work / 'rpmbuild'))}", f"--define=_tmppath {tag(str(work))}",
        f"--define=_rpmdir {tag(str(out.parent))}", f"--define=_rpmfilename {tag(out.name)}", spec,
    ]  # fmt: skip
    run(argv, timeout=TIMEOUT_S, env=package.environment, log_file=log)
