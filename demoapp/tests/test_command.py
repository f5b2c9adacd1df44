"""The command line: help, versions, exit codes, other ways to start it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from demoapp import __version__, cli
from running import ROOT, demoapp, environment


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]])
def test_help(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert cli.main(arguments) == 0
    assert "serve               bring the database up to date" in capsys.readouterr().out


def test_help_for_serve(tmp_path: Path) -> None:
    done = demoapp("serve", "--help", state_dir=tmp_path, DEMOAPP_WORKERS="3")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: demoapp serve [-h] [--bind ADDRESS]")
    assert "now 3" in done.stdout
    assert "--settings" not in done.stdout


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"demoapp {__version__}\n"


@pytest.mark.parametrize("start", [["manage.py"], ["-m", "demoapp"]])
def test_other_ways_to_start_it(start: list[str]) -> None:
    command = [sys.executable, *start, "--version"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.stdout == f"demoapp {__version__}\n"


def test_a_launcher_in_isolated_mode(tmp_path: Path) -> None:
    launcher = tmp_path / "demoapp"
    paths = [str(ROOT), *(path for path in sys.path if path.endswith("-packages"))]
    launcher.write_text(
        f"import sys\nsys.path[:0] = {paths!r}\nsys.argv[0] = '/usr/bin/demoapp'\n"
        "from demoapp.cli import main\nsys.exit(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", str(launcher), "check"],
        env=environment(tmp_path / "state", {}),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_command(tmp_path: Path) -> None:
    done = demoapp("sevre", state_dir=tmp_path)
    assert done.returncode == 1
    assert "Did you mean serve?" in done.stderr


def test_a_database_that_is_not_there_yet(tmp_path: Path) -> None:
    done = demoapp("changepassword", "anna", state_dir=tmp_path)
    assert (done.returncode, done.stderr) == (
        1,
        "demoapp: the database: no such table: auth_user\n",
    )


def test_createsuperuser_without_questions(tmp_path: Path) -> None:
    assert demoapp("migrate", "-v0", state_dir=tmp_path).returncode == 0
    done = demoapp(
        "createsuperuser",
        "--noinput",
        state_dir=tmp_path,
        DJANGO_SUPERUSER_USERNAME="root",
        DJANGO_SUPERUSER_EMAIL="root@example.org",
        DJANGO_SUPERUSER_PASSWORD="a-long-pass-phrase",
    )
    assert (done.returncode, done.stdout) == (0, "Superuser created successfully.\n")


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
