"""What stands on a target, and how its launcher behaves."""

from __future__ import annotations

import ast
import dataclasses
import gzip
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from shipways.errors import ProjectError
from shipways.formats import FORMATS, installed_files
from shipways.formats.base import Job
from shipways.formats.installed_files import TargetFile
from shipways.inputs.stages import Bundle
from shipways.project import model
from shipways.project.model import Project

EPOCH = 1_700_000_000
LAUNCHER = "/usr/lib/notes-app/bin/notes"


@pytest.fixture
def shipped(notes: Path) -> Project:
    return model.load(notes)


@pytest.fixture
def files(shipped: Project) -> dict[str, TargetFile]:
    return by_path(installed_files.system_files(shipped, "rpm", epoch=EPOCH))


def by_path(files: tuple[TargetFile, ...]) -> dict[str, TargetFile]:
    return {file.path: file for file in files}


def launcher(shipped: Project, **options: Any) -> ModuleType:
    """The launcher as a module, which runs nothing."""
    files = by_path(installed_files.system_files(shipped, "rpm", epoch=EPOCH, **options))
    module = ModuleType("launcher")
    module.__file__ = LAUNCHER
    exec(compile(files[LAUNCHER].content, LAUNCHER, "exec"), module.__dict__)
    return module


def test_the_list_is_complete(files: dict[str, TargetFile]) -> None:
    assert list(files) == [
        "/etc/notes-app/notes-app.env",
        "/usr/bin/notes",
        LAUNCHER,
        "/usr/lib/systemd/system/notes-app.service",
        "/usr/lib/sysusers.d/notes-app.conf",
        "/usr/lib/tmpfiles.d/notes-app.conf",
        "/usr/share/man/man1/notes.1",
    ]


def test_settings_are_a_conffile_that_others_cannot_read(files: dict[str, TargetFile]) -> None:
    settings = files["/etc/notes-app/notes-app.env"]
    assert (settings.conffile, settings.mode, settings.owner, settings.group) == (
        True,
        0o640,
        "root",
        "notes-app",
    )
    assert [file.path for file in files.values() if file.conffile] == [settings.path]


def test_settings_show_every_variable_with_its_default(files: dict[str, TargetFile]) -> None:
    text = files["/etc/notes-app/notes-app.env"].content.decode()
    assert "#NOTES_BIND=127.0.0.1:8000" in text
    assert "# Host names that the site answers to.\n#NOTES_HOSTS=localhost" in text
    active = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert not active


def test_a_declared_bind_variable_is_shown_once(notes: Path) -> None:
    file = notes / "pyproject.toml"
    extra = '\n[[tool.shipways.environment]]\nname = "NOTES_BIND"\nhelp = "Here"\n'
    file.write_text(file.read_text() + extra)
    names = [setting.name for setting in installed_files.settings(model.load(notes))]
    assert names == ["NOTES_HOSTS", "NOTES_BIND"]


def test_the_unit_is_hardened_and_says_no_to_endless_restarts(files: dict[str, TargetFile]) -> None:
    lines = files["/usr/lib/systemd/system/notes-app.service"].content.decode().splitlines()
    for line in (
        "Type=exec",
        "ExecStart=/usr/bin/notes serve",
        "User=notes-app",
        "StateDirectory=notes-app",
        "StateDirectoryMode=0700",
        "EnvironmentFile=-/etc/notes-app/notes-app.env",
        "RestartPreventExitStatus=2",
        "StartLimitBurst=5",
        "ProtectSystem=strict",
        "MemoryDenyWriteExecute=yes",
        "ProcSubset=pid",
        "CapabilityBoundingSet=",
    ):
        assert line in lines


def test_nothing_is_writable_for_others(files: dict[str, TargetFile]) -> None:
    assert not [file.path for file in files.values() if file.mode & 0o022]


def test_the_command_is_a_link_that_survives_a_moved_root(files: dict[str, TargetFile]) -> None:
    assert files["/usr/bin/notes"].link == "../lib/notes-app/bin/notes"


def test_manual_pages_are_compressed_the_same_way_every_time(files: dict[str, TargetFile]) -> None:
    page = files["/usr/share/man/man1/notes.1"]
    (packed,) = installed_files.compressed([page])
    assert packed.path == "/usr/share/man/man1/notes.1.gz"
    assert gzip.decompress(packed.content) == page.content
    assert packed.content[4:8] == bytes(4)  # no time (RFC 1952)
    assert packed == installed_files.compressed([page])[0]


def test_manual_page_escapes_what_roff_would_read_as_commands(files: dict[str, TargetFile]) -> None:
    text = files["/usr/share/man/man1/notes.1"].content.decode()
    assert text.startswith('.TH NOTES 1 "2023-11-14" "notes\\-app 1.2.0"')
    assert "notes\\-app.service" in text


def test_staging_gives_modes_links_and_one_time(
    files: dict[str, TargetFile], tmp_path: Path
) -> None:
    installed_files.stage(files.values(), tmp_path / "root", EPOCH)
    root = tmp_path / "root"
    assert (root / "etc/notes-app/notes-app.env").stat().st_mode & 0o777 == 0o640
    assert (root / "usr/bin/notes").readlink() == Path("../lib/notes-app/bin/notes")
    assert (root / "usr/bin/notes").resolve().stat().st_mode & 0o777 == 0o755
    assert {path.lstat().st_mtime for path in (root, *root.rglob("*"))} == {EPOCH}


def test_unit_is_found_among_files(files: dict[str, TargetFile]) -> None:
    assert list(installed_files.units(files.values())) == ["notes-app.service"]


@pytest.mark.parametrize(
    ("specifier", "runs", "refuses"),
    [
        (">=3.10", [(3, 10, 0), (3, 15, 9), (4, 0, 0)], [(3, 9, 20), (2, 7, 18)]),
        ("~=3.11", [(3, 11, 0), (3, 20, 0)], [(3, 10, 9), (4, 0, 0)]),
        ("==3.13.*", [(3, 13, 0), (3, 13, 5)], [(3, 12, 9), (3, 14, 0)]),
        (">=3.10,!=3.12.*", [(3, 11, 9), (3, 13, 0)], [(3, 12, 0), (3, 12, 9)]),
        (">3.10", [(3, 10, 1)], [(3, 10, 0)]),
    ],
)
def test_launcher_runs_on_what_the_bundle_is_for(
    shipped: Project,
    specifier: str,
    runs: list[tuple[int, int, int]],
    refuses: list[tuple[int, int, int]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    started = launcher(installed_files.shipped(shipped, Bundle(tmp_path, True, {}, specifier)))
    for version in runs:
        monkeypatch.setattr("sys.version_info", version)
        started.check_python()
    for version in refuses:
        monkeypatch.setattr("sys.version_info", version)
        with pytest.raises(SystemExit):
            started.check_python()
    assert installed_files.shipped(shipped, Bundle(tmp_path, True, {})) == shipped


@pytest.mark.parametrize(("isolated", "shebang"), [(True, "-IS"), (False, "-I")])
def test_launcher_is_isolated_from_its_first_line(
    shipped: Project, isolated: bool, shebang: str
) -> None:
    files = by_path(installed_files.system_files(shipped, "rpm", epoch=EPOCH, isolated=isolated))
    first = files[LAUNCHER].content.decode().splitlines()[0]
    assert first == f"#!/usr/bin/python3 {shebang}"


def test_launcher_can_be_read_by_a_python_that_is_too_old(files: dict[str, TargetFile]) -> None:
    ast.parse(files[LAUNCHER].content, feature_version=(3, 6))


def test_launcher_says_which_python_it_needs(
    shipped: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = launcher(shipped)
    monkeypatch.setattr("sys.version_info", (3, 9, 2))
    with pytest.raises(SystemExit):
        module.check_python()
    message = capsys.readouterr().err
    assert message.startswith("notes: needs Python 3.10 or newer, but ")
    assert message.count("\n") == 1


def test_launcher_of_compiled_parts_takes_one_python_only(
    shipped: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    module = launcher(dataclasses.replace(shipped, requires_python="==3.9.*"))
    with pytest.raises(SystemExit):
        module.check_python()
    assert "needs Python 3.9, but" in capsys.readouterr().err


def test_launcher_does_without_a_settings_file(shipped: Project, tmp_path: Path) -> None:
    assert launcher(shipped).read_settings(str(tmp_path / "none")) == {}


def test_launcher_advises_sudo_in_one_line(
    shipped: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = launcher(shipped)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setitem(module.__dict__, "open", refuse)
    monkeypatch.setattr("sys.argv", ["notes", "createsuperuser"])
    with pytest.raises(SystemExit):
        module.read_settings("/etc/notes-app/notes-app.env")
    message = capsys.readouterr().err
    assert message.endswith("Type: sudo notes createsuperuser\n")
    assert message.count("\n") == 1


def test_launcher_keeps_the_environment_over_the_file(
    shipped: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = launcher(shipped)
    monkeypatch.setattr(module.os, "geteuid", lambda: 1000)
    monkeypatch.setenv("NOTES_BIND", "[::1]:1")
    monkeypatch.setenv("NOTES_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("NOTES_HOSTS", "x")
    monkeypatch.delenv("NOTES_HOSTS")
    module.become_service_user({"NOTES_BIND": "other", "NOTES_HOSTS": "file"})
    assert module.os.environ["NOTES_BIND"] == "[::1]:1"
    assert module.os.environ["NOTES_HOSTS"] == "file"


@pytest.mark.parametrize(
    ("said", "expected"),
    [(None, "127.0.0.1:9001"), ("", "127.0.0.1:9001"), ("[::1]:1", "[::1]:1")],
)
def test_the_port_reaches_the_service(
    said: str | None, expected: str, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = notes / "pyproject.toml"
    file.write_text(file.read_text().replace("[tool.shipways]\n", "[tool.shipways]\nport = 9001\n"))
    changed = model.load(notes)
    module = launcher(changed)
    monkeypatch.delenv("NOTES_BIND", raising=False)
    if said is not None:
        monkeypatch.setenv("NOTES_BIND", said)
    else:
        monkeypatch.setenv("NOTES_BIND", "x")  # so that it is put back
        monkeypatch.delenv("NOTES_BIND")
    module.listen()
    assert module.os.environ["NOTES_BIND"] == expected
    (started,) = [s for s in FORMATS["wheel"].printed(changed) if s.phase == "start"]
    assert "NOTES_BIND=127.0.0.1:9001" in started.command


def test_each_process_is_a_unit_of_its_own(notes: Path) -> None:
    said = '[tool.shipways.processes]\nworker.command = ["process", "a b"]\n'
    said += 'beat-2.command = ["beat"]\nonce = { command = ["x"], one-off = true }\n'
    file = notes / "pyproject.toml"
    file.write_text(f"{file.read_text()}\n{said}")
    made = by_path(installed_files.system_files(model.load(notes), "rpm", epoch=EPOCH))
    main, worker = (
        made[f"/usr/lib/systemd/system/notes-app{end}.service"].content.decode()
        for end in ("", "-worker")
    )
    assert "Wants=notes-app-worker.service\nWants=notes-app-beat-2.service\n" in main
    assert 'ExecStart=/usr/bin/notes process "a b"\n' in worker
    assert "PartOf=notes-app.service\nAfter=notes-app.service\n" in worker
    assert "/usr/lib/systemd/system/notes-app-once.service" not in made
    assert "[Install]" not in worker  # it starts with the other
    confined = main[main.index("EnvironmentFile=") : main.index("\n[Install]")]
    assert worker.endswith(confined)
    settings = made["/etc/notes-app/notes-app.env"]
    assert (settings.conffile, settings.mode) == (True, 0o640)


@pytest.mark.parametrize("name", ["Worker", "a b", "-a", "a.service", "../x"])
def test_a_process_has_a_name_that_a_unit_can_have(name: str, notes: Path) -> None:
    file = notes / "pyproject.toml"
    file.write_text(f'{file.read_text()}\n[tool.shipways.processes]\n"{name}".command = ["x"]\n')
    with pytest.raises(ProjectError, match="is no name of a process"):
        model.load(notes)


def test_launcher_gives_up_root_for_good(
    shipped: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = launcher(shipped)
    calls: list[str] = []
    monkeypatch.setattr(module.os, "geteuid", lambda: 0)
    for name in ("initgroups", "setgid", "setuid"):
        monkeypatch.setattr(module.os, name, lambda *_, name=name: calls.append(name))
    user = type("User", (), {"pw_uid": 42, "pw_gid": 43, "pw_dir": "/var/lib/notes-app"})
    monkeypatch.setattr("pwd.getpwnam", lambda name: user)
    monkeypatch.setattr(module.os, "umask", lambda mask: calls.append(f"umask {mask:o}"))
    for name in ("HOME", "USER", "LOGNAME", "NOTES_STATE_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    module.become_service_user({})
    assert calls == ["initgroups", "setgid", "setuid", "umask 77"]
    assert module.os.environ["USER"] == "notes-app"


def test_launcher_run_in_place_keeps_data_with_the_user(
    shipped: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = launcher(shipped)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("NOTES_STATE_DIR", "x")
    monkeypatch.delenv("NOTES_STATE_DIR")
    monkeypatch.setattr(module.os, "umask", lambda mask: None)
    module.prepare_private_state()
    assert module.os.environ["NOTES_STATE_DIR"] == str(tmp_path / "notes-app")
    assert (tmp_path / "notes-app").is_dir()


def test_same_project_gives_the_same_files(job: Job) -> None:
    first = installed_files.system_files(job.project, "tarball", epoch=job.epoch)
    assert first == installed_files.system_files(job.project, "tarball", epoch=job.epoch)
