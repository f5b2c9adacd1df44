"""Picks files out of unpacked packages into a tree, and packs the tree the same way every time.

Both know nothing of a container engine. Package records go where scanners look for them in images
without a package manager: /var/lib/dpkg/status.d, one file for each.
"""

from __future__ import annotations

import fnmatch
import re
import shutil
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shipways.util.extraction import extract

CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
RECORDS = "var/lib/dpkg/status.d"
RECORDED = ("Package", "Source", "Version", "Architecture", "Maintainer", "Homepage")
FOLDERS = (
    "dev",
    "etc/ssl/private",
    "home",
    "proc",
    "run",
    "sys",
    "tmp",
    "usr/local/bin",
    "var/tmp",
)
STICKY = ("tmp", "var/tmp")
LINKS = {  # a merged /usr: https://wiki.debian.org/UsrMerge
    "bin": "usr/bin",
    "lib": "usr/lib",
    "lib64": "usr/lib64",
    "sbin": "usr/sbin",
    "var/run": "../run",
}
FILES = {
    "etc/passwd": "root:x:0:0:root:/:/usr/sbin/nologin\n"
    "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
}


@dataclass(frozen=True)
class Rules:
    """Shell patterns over paths without a leading slash: kept is a `+` that is no `-`."""

    keep: re.Pattern[str]
    drop: re.Pattern[str]

    def admit(self, path: str) -> bool:
        return bool(self.keep.match(path)) and not self.drop.match(path)


def parse(text: str) -> Rules:
    """Rules from lines of `+ PATTERN` and `- PATTERN`; `#` begins a comment.

    >>> parse("+ usr/*\\n- *.pyc").admit("usr/lib/x.pyc")
    False
    """
    lines = [line.split() for line in text.splitlines() if line and line[0] in "+-"]
    return Rules(*(_any(pattern for mark, pattern in lines if mark == sign) for sign in "+-"))


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(fnmatch.translate, patterns)) or "(?!)")


def make_tree(tree: Path, packages: Path, rules: Rules, python: str) -> int:
    """Fill `tree` from every NAME.tar and NAME.control in `packages`; `python` is its version.

    Returns the time of the newest file that was picked, in seconds since 1970.
    """
    tree.mkdir()
    picked = _picked(packages, rules)
    for name, members in picked.items():
        extract(packages / f"{name}.tar", tree, {member.name for member in members}, rule="tar")
    for name in FOLDERS:
        (tree / name).mkdir(parents=True, exist_ok=True)
    for name, target in {**LINKS, "usr/bin/python3": f"python{python}"}.items():
        (tree / name).symlink_to(target)
    for name, content in FILES.items():
        (tree / name).write_text(content)
    _join_certificates(tree)
    _record(tree / RECORDS, [packages / f"{name}.control" for name in picked])
    return max(int(member.mtime) for members in picked.values() for member in members)


def _picked(packages: Path, rules: Rules) -> dict[str, list[tarfile.TarInfo]]:
    """What is wanted of each package; one that would leave only its licence leaves nothing.

    A package's folder of documentation may be a link to that of another (Debian Policy 12.5).
    """
    found = {}
    for tar in sorted(packages.glob("*.tar")):
        with tarfile.open(tar) as archive:
            found[tar.stem] = [m for m in archive if not m.isdir() and rules.admit(m.name[2:])]
    used = {name for name, members in found.items() if not all(map(_is_licence, members))}
    used |= {m.linkname for name in used for m in found[name] if m.issym() and _is_licence(m)}
    return {name: members for name, members in found.items() if name in used}


def _is_licence(member: tarfile.TarInfo) -> bool:
    return member.name.startswith("./usr/share/doc/")


def _join_certificates(tree: Path) -> None:
    """One file of all certificates, as update-ca-certificates makes it."""
    folder = tree / "usr/share/ca-certificates"
    single = sorted(folder.rglob("*.crt"))
    bundle = tree / CERTIFICATES
    bundle.parent.mkdir(parents=True, exist_ok=True)
    bundle.write_bytes(b"".join(path.read_bytes() for path in single))
    shutil.rmtree(folder, ignore_errors=True)


def _record(folder: Path, controls: Iterable[Path]) -> None:
    folder.mkdir(parents=True)
    for control in controls:
        lines = control.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if line.split(":")[0] in RECORDED]
        (folder / control.stem).write_text("".join(kept), encoding="utf-8")


def pack(tree: Path, target: Path, newest: int) -> None:
    """Write `tree` as a tar: sorted, all of it root's, no time later than `newest`."""
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as archive:
        for path in sorted(tree.rglob("*")):
            name = str(path.relative_to(tree))
            info = archive.gettarinfo(path, name)
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            info.mtime = min(int(info.mtime), newest)
            if info.isdir():
                info.mode = 0o1777 if name in STICKY else 0o755
            if info.isreg():
                with path.open("rb") as file:
                    archive.addfile(info, file)
            else:
                archive.addfile(info)
