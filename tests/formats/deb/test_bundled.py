"""The self-contained .deb without a packager: what it is told, and the archive around it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shipways.errors import BuildError
from shipways.formats.base import Job
from shipways.formats.deb import ar, bundled
from shipways.formats.deb import bundled_metadata as package

EPOCH = 1_700_000_000
MakeJob = Callable[..., Job]


class Recorder:
    """Stands for a program: keeps what it was called with, and leaves the file it was to write."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def __call__(self, argv: list[Any], **_: Any) -> None:
        words = [str(word) for word in argv]
        self.calls.append(words)
        if words[0] == "xz":
            data = Path(words[-1])
            data.with_name(f"{data.name}.xz").write_bytes(b"smaller")
            return
        out = next(
            word.split("=", 1)[1] for word in words if word[:10] in ("--target=/", "--package=")
        )
        folder = Path(out).parent / "plain"
        folder.mkdir()
        for name in ("debian-binary", "control.tar.gz", "data.tar"):
            (folder / name).write_bytes(name.encode())
        members = [folder / name for name in ("debian-binary", "control.tar.gz", "data.tar")]
        ar.pack(Path(out), members, EPOCH)


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    for module in ("nfpm", "fpm", "xz"):
        monkeypatch.setattr(f"shipways.formats.packagers.{module}.run", recorder)
    monkeypatch.setattr("shipways.formats.packagers.version", lambda name: "1.0")
    return recorder


def test_small_is_packed_by_nfpm_and_compressed_by_xz(job: Job, programs: Recorder) -> None:
    product = bundled.build(job)
    assert [call[0] for call in programs.calls] == ["nfpm", "xz"]
    assert product.paths[0].name == "notes-app-bundled_1.2.0-1_all.deb"
    assert "compression: none" in (job.work / "nfpm.yaml").read_text()
    (job.work / "again").mkdir()
    names = [path.name for path in ar.unpack(product.paths[0], job.work / "again")]
    assert names == ["debian-binary", "control.tar.gz", "data.tar.xz"]
    assert product.builder.compression.startswith("small: xz ")


def test_the_bill_is_inside_and_beside(job: Job, programs: Recorder) -> None:
    product = bundled.build(job)
    files = {file.path: file.content for file in package.describe(job).files}
    inside = files["/usr/share/doc/notes-app-bundled/notes-app.cdx.json"]
    assert product.sbom == job.work / "notes-app-bundled_1.2.0-1_all.deb.cdx.json"
    assert product.sbom.read_bytes() == inside == job.inputs.sbom_of_bundle


def test_a_packager_that_makes_no_deb_is_replaced_aloud(
    make_job: MakeJob, programs: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bundled.build(make_job(builder="rpmbuild")).builder.tool == "nfpm"
    assert "rpmbuild makes no .deb: nfpm does" in "".join(capsys.readouterr())


def test_steps_name_the_file_that_was_built(job: Job) -> None:
    """Which architecture it is for, only the build tells."""
    built = package.file_name(job.project, "amd64")
    said = [step.command for step in bundled.FORMAT.printed(job.project)]
    told = [step.command for step in bundled.FORMAT.printed(job.project, built)]
    assert "apt-get install -y ./notes-app-bundled_1.2.0-1_all.deb" in said
    assert "apt-get install -y ./notes-app-bundled_1.2.0-1_amd64.deb" in told
    assert not [command for command in told if "_all" in command]


def test_fast_is_nfpm_alone(make_job: MakeJob, programs: Recorder) -> None:
    job = make_job(compression="fast")
    assert bundled.build(job).builder.compression == "fast: zstd"
    assert [call[0] for call in programs.calls] == ["nfpm"]
    assert "compression: zstd" in (job.work / "nfpm.yaml").read_text()


def test_fpm_is_used_when_asked_for(make_job: MakeJob, programs: Recorder) -> None:
    job = make_job(builder="fpm")
    assert bundled.build(job).builder.tool == "fpm"
    words = programs.calls[0]
    for word in (
        "--deb-compression=none",
        "--config-files=/etc/notes-app/notes-app.env",
        "--conflicts=notes-app",
        "--source-date-epoch-default=1700000000",
    ):
        assert word in words
    stage = job.work / "stage"
    assert (stage / "usr/lib/notes-app/site-packages/helper/__init__.py").is_file()
    assert (stage / "usr/bin/notes").is_symlink()


def test_nfpm_is_told_everything(job: Job, programs: Recorder) -> None:
    bundled.build(job)
    config = (job.work / "nfpm.yaml").read_text()
    for text in (
        "name: notes-app-bundled",
        "conflicts: [notes-app]",
        'mtime: "2023-11-14T22:13:20+00:00"',
        "dst: /usr/lib/notes-app/site-packages, type: tree",
        "type: config",
        "type: symlink",
        "dst: /etc/notes-app, type: dir, file_info: {mode: 493}",
    ):
        assert text in config


def test_description_begins_with_the_synopsis(job: Job) -> None:
    lines = package.describe(job).full_description.splitlines()
    assert lines[0] == "Notes that a team shares"
    assert "notes-app" in lines[1]


def test_dependencies_are_the_interpreter_and_its_surroundings(job: Job) -> None:
    assert package.describe(job).depends == (
        "python3 (>= 3.10)",
        "tzdata",
        "systemd | systemd-standalone-sysusers | systemd-sysusers",
    )


def test_project_adds_dependencies_but_no_python_packages(notes: Path, make_job: MakeJob) -> None:
    file = notes / "pyproject.toml"
    extra = 'debian-depends = ["gettext", "python3-psycopg2"]\nbind-variable'
    file.write_text(file.read_text().replace("bind-variable", extra))
    depends = package.describe(make_job()).depends
    assert "gettext" in depends
    assert not [one for one in depends if one.startswith("python3-")]


def test_compiled_parts_pin_the_interpreter(
    make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    found = package.describe(make_job(pure=False, pythons=">=3.13,<3.14"))
    assert found.architecture == "amd64"
    assert found.depends[:2] == ("python3 (>= 3.13)", "python3 (<< 3.14)")
    assert "libc6" in found.depends


def test_a_library_that_a_distribution_loads_is_suggested(job: Job, site: Path) -> None:
    (site / "psycopg").mkdir()
    assert package.describe(job).suggests == ("libpq5",)


def test_settings_are_unpacked_as_roots(job: Job) -> None:
    settings = [file for file in package.describe(job).files if file.conffile]
    assert [(file.owner, file.group, file.mode) for file in settings] == [("root", "root", 0o640)]


def test_copyright_has_the_app_and_each_dependency(job: Job) -> None:
    files = {file.path: file for file in package.describe(job).files}
    text = files["/usr/share/doc/notes-app-bundled/copyright"].content.decode()
    paragraphs = text.split("\n\n")
    assert paragraphs[0].startswith("Format: https://www.debian.org/doc/packaging-manuals/")
    assert "Files: *\nCopyright: 2020 Grace Hopper\nLicense: MIT\n" in text
    assert "Files: usr/lib/notes-app/site-packages/helper/*\n" in text
    assert "License: LGPL-3.0-only or MIT\n" in text


def test_changelog_is_debians(job: Job) -> None:
    text = gzip.decompress(
        next(
            file.content
            for file in package.describe(job).files
            if file.path.endswith("changelog.Debian.gz")
        )
    ).decode()
    assert text.startswith("notes-app-bundled (1.2.0-1) unstable; urgency=medium\n")
    assert text.endswith(" -- Ada Lovelace <ada@example.org>  Tue, 14 Nov 2023 22:13:20 +0000\n")


def test_every_override_has_a_reason(job: Job) -> None:
    overrides = next(file for file in package.describe(job).files if "lintian" in file.path)
    reason = ""
    for line in overrides.content.decode().splitlines():
        if line.startswith("# "):
            reason = line
        else:
            assert line.startswith("notes-app-bundled: ")
            assert reason, line


@pytest.mark.parametrize(
    "script", ["before-install", "after-install", "before-remove", "after-remove"]
)
def test_maintainer_scripts_stop_at_the_first_error(job: Job, script: str) -> None:
    lines = package.scripts(job.project)[script].splitlines()
    assert lines[0] == "#!/bin/sh"
    assert "set -e" in lines


def test_purge_spares_what_the_sibling_uses(job: Job) -> None:
    text = package.scripts(job.project)["after-remove"]
    assert '[ "$1" = purge ] && ! is_still_here' in text
    assert '[ -e "$root/usr/lib/notes-app/bin/notes" ]' in text


def test_no_migration_in_a_maintainer_script(job: Job) -> None:
    told = "\n".join(package.scripts(job.project).values())
    assert "notes migrate" not in told
    assert "/usr/bin/notes" not in told


def test_pre_releases_sort_before_the_release(notes: Path) -> None:
    file = notes / "pyproject.toml"
    file.write_text(file.read_text().replace('"1.2.0"', '"1.2.0rc1"'))
    from shipways.project import model

    name = package.file_name(model.load(notes), "all")
    assert name == "notes-app-bundled_1.2.0~rc1-1_all.deb"


def test_steps_name_the_file_that_is_built(job: Job, programs: Recorder) -> None:
    name = bundled.build(job).paths[0].name
    by_phase = {step.phase: step.command for step in bundled.FORMAT.printed(job.project)}
    assert by_phase["install"] == f"apt-get install -y ./{name}"
    assert by_phase["purge"] == "apt-get purge -y notes-app-bundled"
    assert name in by_phase["upgrade"]
    assert "--allow-downgrades" in by_phase["rollback"]


def test_an_archive_survives_a_round_trip(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    members = [tmp_path / "in" / "odd", tmp_path / "in" / "even"]
    for member, content in zip(members, (b"123", b"1234"), strict=True):
        member.write_bytes(content)
    ar.pack(tmp_path / "x.deb", members, EPOCH)
    found = ar.unpack(tmp_path / "x.deb", tmp_path / "out")
    assert [(path.name, path.read_bytes()) for path in found] == [
        ("odd", b"123"),
        ("even", b"1234"),
    ]


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"!<arch>\nshort", b"!<arch>\n" + b"x" * 60]
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.deb").write_bytes(content)
    with pytest.raises(BuildError, match=r"x\.deb"):
        ar.unpack(tmp_path / "x.deb", tmp_path)


def test_an_archive_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"1" * 100)
    ar.pack(tmp_path / "x.deb", [tmp_path / "data"], EPOCH)
    (tmp_path / "x.deb").write_bytes((tmp_path / "x.deb").read_bytes()[:-10])
    with pytest.raises(BuildError, match="ends too early"):
        ar.unpack(tmp_path / "x.deb", tmp_path)
