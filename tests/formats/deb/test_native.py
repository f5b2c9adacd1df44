"""The native Debian package without a build root: what is generated, mended and typed."""

from __future__ import annotations

import json
import runpy
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from shipways.formats import linters
from shipways.formats.base import Job, Product
from shipways.formats.deb import control as deb_control
from shipways.formats.deb import native, native_source
from shipways.inputs.stages import Inputs
from shipways.project import model
from shipways.results import Builder, Lint
from shipways.util.command import Completed

EPOCH = 1735689600  # 2025-01-01
BILL = "usr/share/doc/notes-app/notes-app.cdx.json"
FROM_STDEB = """\
Source: notes-app
Maintainer: Ada Lovelace <ada@example.org>
Section: web
Priority: optional
Build-Depends: dh-python, python3-setuptools, python3-all, debhelper (>= 9), debhelper-compat (= 13)
Standards-Version: 3.9.6
Homepage: None

Package: notes-app
Architecture: all
Depends: ${misc:Depends}, ${python3:Depends}
Description: Notes that a team shares
 # Notes
"""
LISTED = """\
notes-app_1.2.0-1.debian.tar.xz
notes-app_1.2.0-1.dsc
notes-app_1.2.0-1_all.deb
notes-app_1.2.0-1_amd64.buildinfo
notes-app_1.2.0-1_amd64.changes
notes-app_1.2.0.orig.tar.gz
"""


@dataclass(frozen=True)
class FakeInputs:
    """Finished distributions, as `shipways.inputs.stages.Inputs` gives them."""

    sdist: Path
    wheel: Path
    epoch: int = EPOCH


@dataclass
class FakeMachine:
    """Answers the build's questions and remembers what was typed, by whom."""

    commands: list[tuple[str, str]] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)

    def run(self, command: str, **options: Any) -> Completed:
        self.commands.append((options.get("user", "root"), command))
        self.env.update(options.get("env", {}))
        answers = {"ls *.deb": LISTED, "dpkg-deb -x": "100\n23\n", "lintian ": "W: x: y\nO: x: z\n"}
        found = next((text for start, text in answers.items() if start in command), "0.10.0-5")
        return Completed((command,), 0, found, 0.1, 0.0, 0.0)

    def copy_in(self, source: Path, target: str) -> None:
        assert source.exists()
        self.copied.append(target)

    def copy_out(self, source: str, target: Path) -> None:
        target.parent.mkdir(exist_ok=True)
        target.write_text(FROM_STDEB if source.endswith("control") else source)


@pytest.fixture
def fake_root(monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    root = FakeMachine()

    @contextmanager
    def machine(image: str, *, network: bool) -> Iterator[FakeMachine]:
        assert image.startswith("build-debian:13 ")
        assert not network
        yield root

    def ensure(role: str, source: str, *, packages: tuple[str, ...]) -> str:
        return f"{role} {source} {' '.join(packages)}"

    monkeypatch.setattr(native, "machine", machine)
    monkeypatch.setattr(native, "ensure", ensure)
    return root


@pytest.fixture
def job(notes: Path, tmp_path: Path) -> Job:
    sdist, wheel = tmp_path / "notes_app-1.2.0.tar.gz", tmp_path / "notes_app.whl"
    (notes / "debian").mkdir()
    (notes / "debian/stray").write_text("of upstream's own packaging")
    with tarfile.open(sdist, "w:gz") as archive:
        archive.add(notes, "notes_app-1.2.0")
    with zipfile.ZipFile(wheel, "w") as file:
        info = "notes_app-1.2.0.dist-info"
        file.writestr(f"{info}/METADATA", "Name: Notes-App\nVersion: 1.2.0\nLicense: MIT\n")
        file.writestr("notes/__init__.py", "")
    (tmp_path / "work").mkdir()
    inputs = cast(Inputs, FakeInputs(sdist, wheel))
    return Job(model.load(notes), inputs, tmp_path / "work", tmp_path / "logs")


@pytest.fixture
def debian(job: Job) -> Path:
    """debian/ as the build root gets it."""
    tree = native_source.unpack(job, job.work / "build")
    native_source.lay_over(job, tree, FROM_STDEB)
    return tree / "debian"


def test_an_epoch_is_in_the_changelog_and_in_no_file_s_name(notes: Path) -> None:
    shipped = replace(model.load(notes), version="1!1.0.post1")
    assert native_source.version(shipped) == "1:1.0.0+post1-1"
    assert native.file_name(shipped) == "notes-app_1.0.0+post1-1_all.deb"


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("A notice board.", "notice board"),
        ("The  board", "board"),
        ("Anatomy of notes", "Anatomy of notes"),
        ("x" * 100, "x" * 80),
    ],
)
def test_synopsis(summary: str, expected: str) -> None:
    assert deb_control.synopsis(summary) == expected


@pytest.mark.parametrize(
    ("readme", "expected"),
    [
        ("", ""),
        ("# Only a title\n", ""),
        ("# Title\n\n![badge](x)\n\nA *fine* [tool](http://x).\n\nMore.", "A fine tool."),
        ("Title\n=====\n\nText of `code`.", "Text of code."),
    ],
)
def test_first_paragraph_of_a_readme(readme: str, expected: str) -> None:
    assert deb_control.plain(readme) == expected


@pytest.mark.parametrize(
    ("epoch", "version"), [(0, "4.6.0"), (EPOCH, "4.7.0"), (EPOCH + 10**7, "4.7.2")]
)
def test_policy_is_not_newer_than_the_package(epoch: int, version: str) -> None:
    assert deb_control.standards_version(epoch) == version


def test_control_is_mended(debian: Path) -> None:
    source, binary = deb_control.read((debian / "control").read_text())
    assert source["Homepage"] == "https://notes.example.org"
    assert source["Rules-Requires-Root"] == "no"
    assert "debhelper (>= 9)" not in source["Build-Depends"]
    assert "debhelper-compat (= 13)" in source["Build-Depends"]
    assert source["Standards-Version"] == "4.7.0"
    assert binary["Pre-Depends"] == "${misc:Pre-Depends}"
    assert list(binary)[-1] == "Description"
    assert binary["Description"].startswith("Notes that a team shares\n This package takes its")


def test_no_homepage_is_no_field() -> None:
    text = deb_control.mended(
        FROM_STDEB, epoch=EPOCH, maintainer="A # B <a@b>", homepage="", short="n", description="x"
    )
    assert "Homepage" not in text
    assert deb_control.read(text)[0]["Maintainer"] == "A # B <a@b>"


def test_control_survives_reading_and_writing() -> None:
    assert deb_control.read(deb_control.write(deb_control.read(FROM_STDEB)))[1]["Depends"] == (
        "${misc:Depends}, ${python3:Depends}"
    )


def test_debian_folder(debian: Path) -> None:
    names = {str(path.relative_to(debian)) for path in debian.rglob("*") if not path.is_dir()}
    assert names == {
        "bill.json",
        "bill.py",
        "changelog",
        "control",
        "copyright",
        "laid/etc/notes-app/notes-app.env",
        "laid/usr/bin/notes",
        "laid/usr/lib/notes-app/bin/notes",
        "laid/usr/lib/systemd/system/notes-app.service",
        "laid/usr/lib/sysusers.d/notes-app.conf",
        "laid/usr/lib/tmpfiles.d/notes-app.conf",
        "laid/usr/share/man/man1/notes.1",
        "notes-app.install",
        "notes-app.lintian-overrides",
        "notes-app.postinst",
        "notes-app.postrm",
        "notes-app.preinst",
        "rules",
        "source/format",
        "tests/control",
        "tests/smoke",
    }


CONTROL = """\
Package: notes-app
Pre-Depends: init-system-helpers (>= 1.54~)
Depends: systemd | systemd-sysusers, python3-django (>= 3),
 python3:any (>= 3.10~), libstdc++6, python3-django (<< 6)
Description: notes
"""


def test_bill_names_what_the_package_depends_on(
    debian: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By Python's own library alone, as it runs in the build root."""
    control = debian / "notes-app/DEBIAN/control"
    control.parent.mkdir(parents=True)
    control.write_text(CONTROL)
    monkeypatch.chdir(debian.parent)
    run = runpy.run_path(str(debian / "bill.py"))["main"]
    rules = (debian / "rules").read_text()
    assert f"\tpython3 debian/bill.py debian/notes-app {BILL}\n" in rules
    run("debian/notes-app", BILL)
    made = debian / "notes-app" / BILL
    assert made.stat().st_mode & 0o777 == 0o644
    found = json.loads(made.read_text())
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(made.read_text()) is None
    assert found["metadata"]["component"]["name"] == "notes-app"
    stated = {
        part["purl"]: [entry["value"] for entry in part["properties"]]
        for part in found["components"]
    }
    assert stated == {
        "pkg:deb/debian/init-system-helpers": ["init-system-helpers (>= 1.54~)"],
        "pkg:deb/debian/libstdc%2B%2B6": ["libstdc++6"],
        "pkg:deb/debian/python3": ["python3:any (>= 3.10~)"],
        "pkg:deb/debian/python3-django": ["python3-django (>= 3)", "python3-django (<< 6)"],
        "pkg:deb/debian/systemd": ["systemd | systemd-sysusers"],
    }
    first = made.read_bytes()
    run("debian/notes-app", BILL)
    assert made.read_bytes() == first


def test_bill_is_copied_out_of_the_package(job: Job, fake_root: FakeMachine) -> None:
    sbom = native.build(job).sbom
    assert sbom == job.work / "notes-app_1.2.0-1_all.deb.cdx.json"
    assert sbom.read_text() == f"/build/installed/{BILL}"  # what the fake has there


def test_launcher_sees_the_distribution_s_packages(debian: Path) -> None:
    launcher = (debian / "laid/usr/lib/notes-app/bin/notes").read_text()
    assert launcher.startswith("#!/usr/bin/python3 -I\n")
    assert 'FORMAT = "deb"' in launcher


def test_rules_keep_modes_and_private_directory(debian: Path) -> None:
    rules = (debian / "rules").read_text()
    assert "export PYBUILD_INSTALL_DIR = /usr/lib/notes-app\n" in rules
    assert "\tchmod 0640 debian/notes-app/etc/notes-app/notes-app.env\n" in rules
    assert "\tchmod 0755 debian/notes-app/usr/lib/notes-app/bin/notes\n" in rules
    assert (debian / "rules").stat().st_mode & 0o111


def test_changelog_has_the_source_s_time(debian: Path) -> None:
    changelog = (debian / "changelog").read_text()
    assert changelog.startswith("notes-app (1.2.0-1) unstable; urgency=medium\n")
    assert " -- Ada Lovelace <ada@example.org>  Wed, 01 Jan 2025 00:00:00 +0000\n" in changelog


def test_copyright(debian: Path) -> None:
    text = (debian / "copyright").read_text()
    assert "Files: *\n" in text
    assert "License: MIT\n" in text


def test_purge_spares_what_the_sibling_uses(debian: Path) -> None:
    script = (debian / "notes-app.postrm").read_text()
    assert "notes-app-bundled" in script
    assert script.index("is_still_here; then\n\texit 0") < script.index("#DEBHELPER#")


def test_settings_get_their_group_before_the_service_starts(debian: Path) -> None:
    script = (debian / "notes-app.postinst").read_text()
    assert script.index("\tgive_settings_to_group\n") < script.index("#DEBHELPER#")


def test_smoke_test_asks_the_health_path(debian: Path) -> None:
    script = (debian / "tests/smoke").read_text()
    assert 'NOTES_BIND="127.0.0.1:$port" notes serve &' in script
    assert '"http://127.0.0.1:$port"/healthz' in script


def test_stdeb_gets_a_setup_py_of_its_own(job: Job) -> None:
    tree = native_source.unpack(job, job.work / "build")
    native_source.prepare_stdeb(job.project, tree, job.work / "stdeb")
    assert (job.work / "stdeb/setup.py").read_text() == native_source.SHIM
    assert not (tree / "setup.py").exists()
    assert not (tree / "debian").exists()
    config = (job.work / "stdeb/stdeb.cfg").read_text()
    assert "Conflicts3: notes-app-bundled\n" in config
    assert "Depends3: libjs-jquery\n" in config
    assert "X-Python3-Version: >= 3.10\n" in config
    assert "pybuild-plugin-pyproject, python3-setuptools\n" in config


def test_a_setup_py_that_is_there_stays(job: Job) -> None:
    tree = native_source.unpack(job, job.work / "build")
    (tree / "setup.py").write_text("# its own\n")
    native_source.prepare_stdeb(job.project, tree, job.work / "stdeb")
    assert (job.work / "stdeb/setup.py").read_text() == "# its own\n"


@pytest.mark.parametrize(
    ("requires", "expected"),
    [
        ('["hatchling>=1.24", "hatch-vcs"]', ("python3-hatch-vcs", "python3-hatchling")),
        ('["flit_core<4"]', ("flit",)),
        ("[]", ()),
    ],
)
def test_build_backends_come_from_debian(
    tmp_path: Path, requires: str, expected: tuple[str, ...]
) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[build-system]\nrequires = {requires}\n")
    assert native_source.backend_packages(tmp_path / "pyproject.toml") == expected


def test_without_build_system_it_is_setuptools(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    assert native_source.backend_packages(tmp_path / "pyproject.toml") == ("python3-setuptools",)


def test_build_is_no_root_s(job: Job, fake_root: FakeMachine) -> None:
    product = native.build(job)
    assert [user for user, text in fake_root.commands if "chown" not in text] == ["nobody"] * 5
    assert fake_root.copied == ["/build", "/build/notes-app-1.2.0/debian"]
    assert fake_root.env == {
        "HOME": "/build/home",
        "LC_ALL": "C.UTF-8",
        "SOURCE_DATE_EPOCH": str(EPOCH),
        "TZ": "UTC",
    }
    assert product.installed_bytes == 123
    assert product.builder.tool == "stdeb"


def test_product_leaves_the_buildinfo_among_the_logs(job: Job, fake_root: FakeMachine) -> None:
    product = native.build(job)
    names = [path.name for path in product.paths]
    assert names[0] == "notes-app_1.2.0-1_all.deb" == native.file_name(job.project)
    assert names[1:] == [
        "notes-app_1.2.0-1.debian.tar.xz",
        "notes-app_1.2.0-1.dsc",
        "notes-app_1.2.0-1_amd64.changes",
        "notes-app_1.2.0.orig.tar.gz",
    ]
    assert all(path.parent == job.work for path in product.paths)
    assert (job.logs / "notes-app_1.2.0-1_amd64.buildinfo").exists()


def test_lint_counts(
    job: Job, fake_root: FakeMachine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[str] = []

    def units(paths: list[Path], logs: Path) -> Lint:
        seen.extend(path.read_text() for path in paths)
        return Lint(tool="systemd-analyze")

    monkeypatch.setattr(linters, "units", units)
    made = tmp_path / "x.changes"
    made.write_text("")
    lintian, systemd = native.lint(job, Product((made,), Builder(tool="stdeb")))
    assert (lintian.errors, lintian.warnings, lintian.overridden) == (0, 1, 1)
    assert lintian.log == str(job.logs / "lint-lintian.log")
    assert systemd.tool == "systemd-analyze"
    assert "ExecStart=/usr/bin/notes serve" in seen[0]
    assert fake_root.copied == ["/tmp/x.changes"]


def test_steps_are_what_a_person_types(job: Job) -> None:
    typed = [step.command for step in native.FORMAT.printed(job.project)]
    assert typed == [
        "apt-get update",
        "apt-get install -y ./notes-app_1.2.0-1_all.deb",
        "apt-get install -y ./notes-app_1.2.0-1_all.deb",
        "apt-get install -y --allow-downgrades ./notes-app_1.2.0-1_all.deb",
        "apt-get remove -y notes-app",
        "apt-get purge -y notes-app",
    ]
    assert native.FORMAT.needs(job.project).startswith("systemd, Python 3.10 or newer")
