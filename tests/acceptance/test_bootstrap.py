"""bootstrap on a fresh Debian, as a newcomer meets it: nothing there but apt and sudo."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "bootstrap"
CHECKOUT = "/home/dev/my checkout"
CERTIFICATES = "/host-certificates/ca-certificates.crt"
SETTINGS = [f"PIP_CERT={CERTIFICATES}", f"SSL_CERT_FILE={CERTIFICATES}", "LC_ALL=C.UTF-8"]
# What a daemon inside a container needs; --privileged asks for more than some hosts have.
RIGHTS = ["--cap-add=SYS_ADMIN", "--cap-add=NET_ADMIN"]
RIGHTS += ["--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined"]

NOXFILE = """
import nox

@nox.session
def deb(session):
    session.run("python", "-c", "import sys; print('got', sys.argv[1:])", *session.posargs)
"""


Done = subprocess.CompletedProcess[str]


def run(*command: str, check: bool = True) -> Done:
    both = subprocess.STDOUT
    result = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=both, text=True, timeout=600, check=False
    )
    assert not check or result.returncode == 0, result.stdout
    return result


@pytest.fixture(scope="module")
def image(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    tar = tmp_path_factory.mktemp("base") / "base.tar"
    run("mmdebstrap", "--variant=minbase", "--include=sudo,passwd", request.param, str(tar))
    name = f"shipways-test-bootstrap:{uuid.uuid4().hex[:12]}"
    run("docker", "import", str(tar), name)
    tar.unlink()
    yield name
    run("docker", "image", "rm", "--force", name)


@pytest.fixture
def fresh(image: str, tmp_path: Path) -> Iterator[Callable[..., Done]]:
    """A function that runs a command as a user on a fresh machine."""
    (tmp_path / "noxfile.py").write_text(NOXFILE)
    shutil.copy(SCRIPT, tmp_path)
    settings = [word for setting in SETTINGS for word in ("--env", setting)]
    mounts = ["--volume", "/var/lib/docker", "--volume", "/etc/ssl/certs:/host-certificates:ro"]
    # --init: something has to bury the dead.
    options = ["--init", *RIGHTS, *mounts, *settings]
    name = run("docker", "create", *options, image, "sleep", "3600").stdout.strip()
    try:
        run("docker", "start", name)
        add_user = "useradd -m dev; echo 'dev ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/dev"
        run("docker", "exec", name, "sh", "-euc", add_user)
        run("docker", "cp", str(tmp_path), f"{name}:{CHECKOUT}")
        run("docker", "exec", name, "chown", "-R", "dev:dev", CHECKOUT)

        def execute(user: str, *command: str, check: bool = True) -> Done:
            return run("docker", "exec", "--user", user, name, *command, check=check)

        yield execute
    finally:
        run("docker", "rm", "--force", "--volumes", name)


@pytest.mark.parametrize(
    ("image", "user"),
    [
        ("bookworm", "dev"),
        pytest.param("bookworm", "root", marks=pytest.mark.endurance),
        ("trixie", "root"),
        pytest.param("trixie", "dev", marks=pytest.mark.endurance),
    ],
    indirect=["image"],
)
def test_newcomer_on_a_fresh_debian(fresh: Callable[..., Done], user: str) -> None:
    bootstrap = f"{CHECKOUT}/bootstrap"
    check = fresh(user, bootstrap, "--check", "-s", "deb", check=False)
    assert check.returncode == 3
    assert re.search(r"^ +docker\.io\S* +runs", check.stdout, re.MULTILINE)

    first = fresh(user, bootstrap, "-s", "deb", "--", "two  words", "it's", check=False)
    if "daemon did not start" in first.stdout:
        pytest.skip(f"no daemon inside a container on this host: {first.stdout[-400:]}")
    assert first.returncode == 0, first.stdout
    assert "got ['two  words', \"it's\"]" in first.stdout

    for command in (["buildx"], ["compose"]):
        fresh("root", "docker", *command, "version")
    assert "Nothing is missing." in fresh(user, bootstrap, "--check", "-s", "deb").stdout

    def seconds(*command: str) -> float:
        start = time.monotonic()
        fresh(user, *command)
        return time.monotonic() - start

    with_it = min(seconds(bootstrap, "--version") for _ in range(3))
    without = min(seconds(f"{CHECKOUT}/.nox/.bootstrap/bin/nox", "--version") for _ in range(3))
    assert with_it - without < 2


@pytest.mark.parametrize(
    "image",
    ["bookworm", pytest.param("trixie", marks=pytest.mark.endurance)],
    indirect=True,
)
def test_engine_that_is_there_stays(fresh: Callable[..., Done]) -> None:
    fresh("root", "apt-get", "-q", "update")
    fresh("root", "apt-get", "-qy", "install", "--no-install-recommends", "docker.io", "iptables")
    query = ["dpkg-query", "--show", "docker.io"]
    before = fresh("root", *query).stdout
    fresh("root", f"{CHECKOUT}/bootstrap", "-s", "deb", check=False)
    assert fresh("root", *query).stdout == before
