"""A port that another program has: said while installing, with whose it is, in all formats."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.crossroads import INSTALLED, Built, Crossroads, crossroads

LISTEN = (
    "import socket, time;"
    " s = socket.create_server(('{host}', {port}), family=socket.{family}); time.sleep(600)"
)
WAIT = 'for i in $(seq 300); do [ "$(systemctl is-active {0})" = {1} ] && exit; sleep 0.1; done'


@pytest.fixture(scope="module")
def shared(built: Built) -> Iterator[Crossroads]:
    with crossroads(built) as made:
        yield made


@pytest.fixture
def place(shared: Crossroads) -> Iterator[Crossroads]:
    yield shared
    shared.clear()
    shared.says("kill $(cat /root/listeners); rm /root/listeners")


def occupy(place: Crossroads, host: str, port: int) -> str:
    """Another program listens there; its process id."""
    code = LISTEN.format(host=host, port=port, family="AF_INET6" if ":" in host else "AF_INET")
    process = place.says(f'python3 -c "{code}" > /dev/null & echo $! | tee -a /root/listeners')
    listens = f"grep -qi ':{port:04X} .* 0A ' /proc/net/tcp /proc/net/tcp6"
    place.run(f"for i in $(seq 100); do {listens} && exit; sleep 0.1; done; exit 1")
    return process


@pytest.mark.parametrize("name", INSTALLED)
def test_whose_it_is_and_what_to_do(place: Crossroads, name: str) -> None:
    project = place.project
    process = occupy(place, "127.0.0.1", project.tool.port)
    said = place.install(name).output
    assert f"port {project.tool.port} is in use by python3 (process {process})" in said
    assert f"set {project.tool.bind_variable} in /etc/{project.name}/{project.name}.env" in said
    assert not place.says("dpkg --audit")
    place.run(WAIT.format(project.name, "failed"))
    status = place.says(f"systemctl show -p ExecMainStatus -p NRestarts {project.name}")
    assert status.split() == ["NRestarts=0", "ExecMainStatus=2"], "it is not tried again and again"
    log = place.says(f"journalctl -o cat -u {project.name}")
    assert f"127.0.0.1:{project.tool.port}: Address already in use" in log
    place.run(f"kill {process}; systemctl restart {project.name}")
    place.wait_for_data()
    assert place.runs


def test_the_port_is_the_one_in_the_settings(place: Crossroads) -> None:
    project = place.project
    process = occupy(place, "::1", 8123)
    place.run(f"mkdir /etc/{project.name}")
    lines = f"#{project.tool.bind_variable}=[::1]:9\\n {project.tool.bind_variable}='[::1]:8123'\\n"
    place.run(f'printf "{lines}" > /etc/{project.name}/{project.name}.env')
    said = place.install("deb-bundled").output
    assert f"port 8123 is in use by python3 (process {process})" in said
    place.run(f"kill {process}")
