"""The command: what it says, whose it is, and what it starts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.runtime.conftest import Delivered

pytestmark = pytest.mark.process
Deliver = Callable[..., Delivered]


def test_help_and_version_need_neither_settings_nor_django(deliver: Deliver) -> None:
    made = deliver({"site_/settings.py": "1 / 0"})
    code = (
        "import sys; from shipways_site.command import main\n"
        "assert main(['--version']) == 0; assert 'django' not in sys.modules"
    )
    made_command = made.folder / "shipways_site" / "command.py"
    made_command.write_text("from .runtime.command import main\n")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=made.environment(),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.stdout, done.stderr) == ("site 1.0.0\n", "")


def test_help_names_the_variables(deliver: Deliver) -> None:
    assert "SITE_STATE_DIR" in deliver().run("--help").stdout


def test_a_misspelt_setting_is_pointed_out(deliver: Deliver) -> None:
    done = deliver().run("check", SITE_WORKER="3")
    assert "SITE_WORKER is not a setting of this version; did you mean SITE_WORKERS?" in done.stderr


@pytest.mark.parametrize(
    ("words", "status", "problem"),
    [
        (["no-such"], 1, "Unknown command: 'no-such'"),
        (["showmigrations", "--no-such"], 2, "unrecognized arguments"),
        (["process", "none"], 2, "name one of this application's processes: other"),
        (["process", "other"], 1, "nothing-x is not there"),
    ],
)
def test_wrong_words(words: list[str], status: int, problem: str, deliver: Deliver) -> None:
    made = deliver(processes={"other": ["nothing-x"]})
    done = made.run(*words)
    assert (done.returncode, problem in done.stderr) == (status, True), done.stderr


def test_what_is_delivered_cannot_be_read(deliver: Deliver) -> None:
    made = deliver()
    stated = made.folder / "shipways_site" / "application.json"
    stated.write_text('{"schema": 9}')
    done = made.run("check")
    assert done.returncode == 2
    assert done.stderr == f"shipways_site: {stated}: is not of schema 1\n"


@pytest.mark.parametrize(
    "command",
    [
        ["manage", "shell", "-v0", "-c", "import job; job.do('{state}')"],
        ["python", "-c", "import job; job.do('{state}')"],
        ["python", "manage.py", "shell", "-v0", "-c", "import job; job.do('{state}')"],
        ["django-admin", "shell", "-v0", "-c", "import job; job.do('{state}')"],
    ],
)
def test_a_process_has_the_site_s_environment(command: list[str], deliver: Deliver) -> None:
    job = "import os\ndef do(state):\n    print('did', os.environ['SAID'], os.getcwd(), state)\n"
    made = deliver(
        {"job.py": job},
        processes={"job": {"command": command}},
        environment=[{"name": "SAID", "value": "it"}],
    )
    done = made.run("process", "job")
    assert done.stdout.split()[-4:] == ["did", "it", str(made.tree), str(made.state)], done.stderr


def test_a_server_of_the_project_s_own(deliver: Deliver) -> None:
    own = "import sys\nprint(*sys.argv[1:])\n"
    made = deliver({"own.py": own}, server=["python", "own.py", "{host}", "{port}", "{bind}"])
    done = made.run("serve", SITE_BIND="[::1]:8123")
    assert done.stdout.splitlines()[-1] == "::1 8123 [::1]:8123", done.stderr


def test_configuration_files_are_made_once(deliver: Deliver) -> None:
    made = deliver(
        {"x.ini.in": "[x]\nkey = {KEY}\nhome = {state}\n"},
        environment=[{"name": "KEY", "secret": True}],
        files=[{"path": "{state}/conf/x.ini", "template": "x.ini.in"}],
        directories=["uploads"],
    )
    assert made.run("check").returncode == 0
    path = made.state / "conf" / "x.ini"
    key = (made.state / "secrets" / "KEY").read_text().strip()
    assert path.read_text() == f"[x]\nkey = {key}\nhome = {made.state}\n"
    path.write_text("mine")
    assert made.run("check").returncode == 0
    assert path.read_text() == "mine"


def test_bytecode_of_a_read_only_installation_is_kept(deliver: Deliver) -> None:
    code = (
        "import sys; sys.dont_write_bytecode = True\n"
        "import importlib.util; importlib.util.cache_from_source = lambda path: '/none'\n"
        "from shipways_site.command import main; sys.exit(main(['check']))\n"
    )
    made = deliver()
    command = made.folder / "shipways_site" / "command.py"
    command.write_text("from .runtime.command import main\n")
    cache = made.folder / "cache"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=made.environment(CACHE_DIRECTORY=f"{cache}:/other"),
        cwd=made.folder,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    kept = {path.name.partition(".")[0] for path in cache.rglob("*.pyc")}
    assert {"setup", "settings", "config", "urls", "exceptions"} <= kept  # Django's own as well


def test_the_about_page_has_nothing_secret(deliver: Deliver) -> None:
    made = deliver()
    code = (
        "import json; from shipways_site.runtime import delivery as d; print(json.dumps(d.facts()))"
    )
    done = made.run("shell", "-v0", "-c", code, SHIPWAYS_FORMAT="deb")
    facts = json.loads(done.stdout)
    assert (facts["name"], facts["format"], facts["version"]) == ("site", "deb", "1.0.0")
    assert facts["state_directory"] == str(made.state)
