"""The native Debian package: what is in it, what it does to a machine, how it is rebuilt."""

from __future__ import annotations

import json
import stat
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from debian.deb822 import Dsc
from debian.debfile import DebFile

from shipways import __main__ as cli
from shipways import results
from shipways.formats.deb import native
from shipways.machines.image_cache import ensure
from shipways.machines.machine import Machine, machine
from shipways.project.model import Project
from shipways.results import FormatRecord
from shipways.util.extraction import extract
from tests.acceptance import bills

TIMEOUT_S = 600
PRIVATE = "./usr/lib/{name}/"
SYSTEM = {  # everything but the project's own code: path -> mode
    "./etc/{name}/{name}.env": 0o640,
    "./usr/bin/{command}": 0o777,
    "./usr/lib/{name}/bin/{command}": 0o755,
    "./usr/lib/systemd/system/{name}.service": 0o644,
    "./usr/lib/sysusers.d/{name}.conf": 0o644,
    "./usr/lib/tmpfiles.d/{name}.conf": 0o644,
    "./usr/share/doc/{name}/changelog.Debian.gz": 0o644,
    "./usr/share/doc/{name}/changelog.gz": 0o644,  # the project's own
    "./usr/share/doc/{name}/copyright": 0o644,
    "./usr/share/doc/{name}/{name}.cdx.json": 0o644,
    "./usr/share/lintian/overrides/{name}": 0o644,
    "./usr/share/man/man1/{command}.1.gz": 0o644,
    "./usr/share/python3/runtime.d/{name}.rtupdate": 0o755,
}
SNAPSHOT = r"""find / -xdev \( -path /proc -o -path /sys -o -path /tmp -o -path /run \
    -o -path /var/cache/apt -o -path /var/lib/apt -o -path /var/log -o -path /root \) -prune \
    -o -printf '%p %y %m %u %g\n' | sort"""


class Built(Protocol):
    """The session's builds, by the fixture of conftest.py."""

    project: Project

    def record(self, name: str) -> FormatRecord: ...
    def artifact(self, name: str, suffix: str = "") -> Path: ...
    def sbom(self, name: str) -> Path: ...


@pytest.fixture(scope="module")
def package(built: Built) -> Iterator[DebFile]:
    with DebFile(str(built.artifact("deb", ".deb"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def members(package: DebFile) -> dict[str, tarfile.TarInfo]:
    return {str(member.name): member for member in package.data.tgz().getmembers()}


def named(text: str, project: Project) -> str:
    return text.format(name=project.name, command=project.command)


def test_file_name(built: Built) -> None:
    assert built.artifact("deb").name == native.file_name(built.project)


def test_exactly_the_files(built: Built, members: dict[str, tarfile.TarInfo]) -> None:
    """System files as listed; in the private directory the sdist's code, and its metadata."""
    files = {name for name, member in members.items() if not member.isdir()}
    system = {named(path, built.project) for path in SYSTEM}
    private = named(PRIVATE, built.project)
    assert system <= files
    assert all(name.startswith(private) for name in files - system)
    inside = {name.removeprefix(private) for name in files - system}
    code = {name for name in inside if ".dist-info/" not in name}
    packages = {name.partition("/")[0] for name in code}
    with tarfile.open(built.artifact("deb", ".orig.tar.gz")) as archive:
        paths = {item.name.partition("/")[2] for item in archive if item.isfile()}
    assert code == {path for path in paths if path.partition("/")[0] in packages}
    metadata = {name.partition("/")[2] for name in inside - code}
    assert {"INSTALLER", "METADATA", "WHEEL", "entry_points.txt"} <= metadata
    assert "RECORD" not in metadata  # it would be wrong from the first byte-compilation on


def test_owners_and_modes(built: Built, members: dict[str, tarfile.TarInfo]) -> None:
    for member in members.values():
        assert (member.uname, member.gname, member.uid, member.gid) == ("root", "root", 0, 0)
        if not member.issym():
            assert not member.mode & (stat.S_IWGRP | stat.S_IWOTH), member.name
    for path, mode in SYSTEM.items():
        assert members[named(path, built.project)].mode == mode, path
    link = members[named("./usr/bin/{command}", built.project)]
    assert link.linkname == named("../lib/{name}/bin/{command}", built.project)


def test_nothing_of_the_builder(package: DebFile, members: dict[str, tarfile.TarInfo]) -> None:
    traces = (b"/build/", b"/tmp/", str(Path.home()).encode() + b"/", str(Path.cwd()).encode())
    data = package.data.tgz()
    for member in members.values():
        assert "__pycache__" not in member.name
        assert not member.name.endswith(".pyc")
        file = data.extractfile(member) if member.isfile() else None
        content = file.read() if file else b""
        assert not any(trace in content for trace in traces), member.name


def test_control(built: Built, package: DebFile) -> None:
    control, name = package.debcontrol(), built.project.name
    assert control["Architecture"] == "all"
    assert control["Maintainer"] == built.project.tool.maintainer
    assert control["Conflicts"] == control["Replaces"] == f"{name}-bundled"
    depends = [entry.strip() for entry in control["Depends"].split(",")]
    assert {"python3-django", "python3-gunicorn", "python3-psycopg", "libjs-jquery"} <= {*depends}
    assert "python3:any (>= 3.10~)" in depends


def test_maintainer_scripts(built: Built, package: DebFile) -> None:
    name = built.project.name
    scripts = {key: text.decode() for key, text in package.scripts().items()}
    assert set(scripts) == {"preinst", "postinst", "postrm", "prerm"}
    assert f"py3compile -p {name} /usr/lib/{name}" in scripts["postinst"]
    assert (
        f'systemd-sysusers ${{DPKG_ROOT:+--root="$DPKG_ROOT"}} {name}.conf' in scripts["postinst"]
    )
    assert "migrate" not in scripts["postinst"]
    assert f"py3clean -p {name}" in scripts["prerm"]
    assert f"deb-systemd-invoke stop '{name}.service'" in scripts["prerm"]
    conffiles = package.control.get_content("conffiles", encoding="utf-8")
    assert conffiles == f"/etc/{name}/{name}.env\n"


def test_bill_names_what_is_depended_on(built: Built, package: DebFile) -> None:
    """Nothing but the app is inside: the rest is the distribution's, and named as such."""
    name = built.project.name
    inside = package.data.get_content(f"usr/share/doc/{name}/{name}.cdx.json") or b""
    sbom = bills.same(inside, built.sbom("deb"), built.project)
    control = package.debcontrol()
    stated = f"{control.get('Pre-Depends', '')},{control['Depends']}".split(",")
    named = bills.parts(sbom, "deb")
    assert len(named) == len(sbom["components"])
    assert {entry["value"] for part in named.values() for entry in part["properties"]} == {
        relation.strip() for relation in stated if relation.strip()
    }
    assert {"python3", "python3-django", "python3-psycopg", "libjs-jquery"} <= set(named)


def test_lintian_finds_nothing(built: Built) -> None:
    lint = {found.tool: found for found in built.record("deb").lint}
    assert (lint["lintian"].errors, lint["lintian"].warnings) == (0, 0)
    assert lint["lintian"].overridden == 3


def test_same_bytes_twice(built: Built) -> None:
    assert built.record("deb").build.reproducible


@pytest.fixture(scope="module")
def source_package(built: Built) -> list[Path]:
    record, folder = built.record("deb"), built.artifact("deb").parent
    return [folder / file.path for file in record.artifacts]


def test_source_package_names_its_files(source_package: list[Path]) -> None:
    with next(path for path in source_package if path.suffix == ".dsc").open() as file:
        dsc = Dsc(file)
    listed = {entry["name"] for entry in dsc["Checksums-Sha256"]}
    assert listed < {path.name for path in source_package}
    assert dsc["Testsuite"] == "autopkgtest"


def test_source_package_can_be_rebuilt(built: Built, source_package: list[Path]) -> None:
    """With nothing but the .dsc and its files, by Debian's own tools, to the same bytes."""
    name, out = built.artifact("deb").name, "/tmp/again"
    image = ensure("build-debian:13", packages=(*native.ROOT_PACKAGES, "python3-setuptools"))
    with machine(image, network=False) as root:
        root.run(f"mkdir {out}", timeout=TIMEOUT_S)
        for path in source_package:
            if path.suffix != ".deb":
                root.copy_in(path, f"{out}/{path.name}")
        build = "dpkg-source -x *.dsc source && cd source && dpkg-buildpackage --no-sign -b"
        root.run(f"cd {out} && umask 022 && {build}", timeout=TIMEOUT_S)
        tests = root.run(f"ls {out}/source/debian/tests", timeout=TIMEOUT_S).output.split()
        digest = root.run(f"sha256sum {out}/{name}", timeout=TIMEOUT_S).output.split()[0]
    assert tests == ["control", "smoke"]
    assert digest == built.record("deb").artifacts[0].sha256


@pytest.fixture(scope="module")
def target() -> Iterator[Machine]:
    """A clean Debian 13 with the package's dependencies' lists, booted."""
    with machine(ensure("debian:13+systemd"), systemd=True) as root:
        root.run("apt-get update", timeout=TIMEOUT_S)
        yield root


def test_life_on_a_clean_machine(built: Built, target: Machine) -> None:
    """Install, serve, remove, purge: an order of events, so one test."""
    name, file = built.project.name, built.artifact("deb")
    target.copy_in(file, f"/root/{file.name}")
    # Dependencies stay when the package goes, so they are no leftovers of it.
    typed(target, f"apt-get install -y ./{file.name} && apt-get purge -y {name}")
    before = typed(target, SNAPSHOT)

    typed(target, f"apt-get install -y ./{file.name}")
    assert about(target, built.project)["format"] == "deb"
    assert typed(target, f"stat -c '%a %U %G' /etc/{name}/{name}.env") == f"640 root {name}"
    assert typed(target, f"stat -c '%a %U %G' /var/lib/{name}") == f"700 {name} {name}"
    assert built.project.version in typed(target, f"{built.project.command} --version")
    assert typed(target, f"find /usr/lib/{name} -name '*.pyc'")

    typed(target, f"echo '# mine' >> /etc/{name}/{name}.env && apt-get remove -y {name}")
    assert typed(target, f"ls -d /usr/lib/{name} || true").endswith("No such file or directory")
    assert "# mine" in typed(target, f"cat /etc/{name}/{name}.env")
    assert typed(target, f"ls /var/lib/{name}")

    typed(target, f"apt-get purge -y {name}")
    assert typed(target, SNAPSHOT) == before
    assert typed(target, f"getent passwd {name}; getent group {name}; true") == ""


def test_dependencies_are_enough_without_recommended_ones(built: Built) -> None:
    """As in images and on servers whose administrators turn recommendations off."""
    file = built.artifact("deb")
    with machine(ensure("debian:13+systemd"), systemd=True) as root:
        root.copy_in(file, f"/root/{file.name}")
        typed(root, f"apt-get update && apt-get install -y --no-install-recommends ./{file.name}")
        assert about(root, built.project)["format"] == "deb"


def test_any_version_can_be_packaged(copy_of_sample: Callable[[], Path], tmp_path: Path) -> None:
    """stdeb, dpkg-source, debhelper and lintian have ideas of their own about versions."""
    changed = copy_of_sample()
    pyproject = changed / "pyproject.toml"
    stated = 'version = "1!2.0rc1.post1.dev2+g1f.5"'
    pyproject.write_text(pyproject.read_text().replace('version = "1.0.0"', stated))
    cli.main(["build", "deb", "--project", str(changed), "--dist", str(tmp_path)])
    found = results.load(tmp_path / results.FILE_NAME)
    assert found is not None
    record = found.formats["deb"]
    assert (record.status, record.reason) == ("ok", "")
    assert [(lint.errors, lint.warnings) for lint in record.lint] == [(0, 0), (0, 0)]
    with DebFile(str(tmp_path / record.artifacts[0].path)) as opened:
        assert opened.debcontrol()["Version"] == "1:2.0.0~rc1+post1~dev2+local+gBf0.5-1"


def test_smoke_test_of_the_source_package(
    built: Built, source_package: list[Path], target: Machine, tmp_path: Path
) -> None:
    """What autopkgtest would run, on a machine with nothing but the package."""
    debian = next(path for path in source_package if ".debian.tar" in path.name)
    extract(debian, tmp_path, {"debian/tests/smoke"})
    file = built.artifact("deb")
    target.copy_in(file, f"/root/{file.name}")
    target.run(f"apt-get install -y ./{file.name}", timeout=TIMEOUT_S)
    target.copy_in(tmp_path / "debian/tests/smoke", "/root/smoke")
    done = target.run(
        "mkdir -p /tmp/at && AUTOPKGTEST_TMP=/tmp/at timeout 90 /root/smoke", timeout=TIMEOUT_S
    )
    assert "200 http://127.0.0.1:" in done.output


def typed(root: Machine, command: str) -> str:
    """What a command of root prints; one that fails is an error."""
    return root.run(command, timeout=TIMEOUT_S).output.strip()


def about(root: Machine, project: Project) -> dict[str, str]:
    """What the service says of its delivery, asked until it answers."""
    url = f"http://127.0.0.1:{project.tool.port}{project.tool.about}?format=json"
    ask = f"import urllib.request as u; print(u.urlopen('{url}').read().decode())"
    command = f'for i in $(seq 60); do python3 -c "{ask}" && exit; sleep 1; done 2>&1'
    found: dict[str, str] = json.loads(typed(root, command).splitlines()[-1])
    return found
