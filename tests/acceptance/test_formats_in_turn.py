"""Two formats on one machine, in both orders: replaced cleanly or refused clearly, never mixed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import pytest

from tests.acceptance.crossroads import INSTALLED, Built, Crossroads, crossroads

REPLACE = {("deb", "deb-bundled"), ("deb-bundled", "deb")}  # dpkg knows of both
TRACES = "ls -d /usr/lib/{0} /usr/lib/{0}-? /usr/bin/{0} /usr/lib/*/{0}.* 2>/dev/null"


@pytest.fixture(scope="module")
def shared(built: Built) -> Iterator[Crossroads]:
    with crossroads(built) as made:
        yield made


@pytest.fixture
def place(shared: Crossroads) -> Iterator[Crossroads]:
    yield shared
    shared.clear()


@pytest.mark.parametrize(("first", "second"), [*permutations(INSTALLED, 2)])
def test_one_after_the_other(place: Crossroads, first: str, second: str) -> None:
    name = place.project.name
    settings = f"/etc/{name}/{name}.env"
    place.install(first)
    place.run(f"echo '# mine' >> {settings}; touch /var/lib/{name}/mine")

    done = place.install(second, check=False)
    assert done.ok == ((first, second) in REPLACE), done.output
    if not done.ok:
        assert f"{name} is here" in done.output or f"{name}: it is here" in done.output
        assert place.runs, "the first one was broken"
        assert not place.says("dpkg --audit")
        place.remove(first)
        assert not place.says(TRACES.format(name))
        place.install(second)

    assert place.runs, place.says(f"journalctl -n 5 -u {name}")
    assert "# mine" in place.says(f"cat {settings}")
    place.run(f"ls /var/lib/{name}/mine")
    assert place.says(f"stat -c '%a %U:%G' {settings}") == f"640 root:{name}"

    place.purge(second)
    assert not place.says(TRACES.format(name))
    if second != "rpm":
        assert not place.says(f"ls -d /var/lib/{name}* /etc/{name} 2>/dev/null")
        assert not place.says(f"getent passwd {name}; getent group {name}")


@pytest.mark.parametrize(
    ("first", "second"),
    [("tarball", "deb"), ("tarball", "deb-bundled"), ("rpm", "deb"), ("deb", "deb-bundled")],
)
def test_a_package_is_enabled_after_what_was_purged(
    place: Crossroads, first: str, second: str
) -> None:
    """deb-systemd-helper remembers services, and takes a disabled one for an unwanted one."""
    place.install(second)
    place.remove(second)
    place.install(first)
    place.purge(first)
    place.install(second)
    assert place.runs


def test_an_unwanted_service_stays_off(place: Crossroads) -> None:
    name = place.project.name
    place.install("deb-bundled")
    place.run(f"systemctl disable --now {name}")
    place.remove("deb-bundled")
    place.install("deb")
    assert place.says(f"systemctl is-enabled {name}") == "disabled"
