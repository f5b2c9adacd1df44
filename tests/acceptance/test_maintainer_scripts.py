"""Maintainer scripts in every way that dpkg calls them (Debian Policy 6.5), twice each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.crossroads import Built, Crossroads, crossroads

HARMLESS = (  # script and arguments, none of which removes, purges or installs
    "preinst abort-upgrade 1.0",
    "postinst configure 1.0",
    "postinst abort-upgrade 1.0",
    "postinst abort-remove",
    "postinst abort-remove in-favour other 1.0",
    "postinst abort-deconfigure in-favour other 1.0",
    "prerm upgrade 1.0",
    "prerm failed-upgrade 1.0",
    "prerm deconfigure in-favour other 1.0",
    "postrm upgrade 1.0",
    "postrm failed-upgrade 1.0",
    "postrm abort-install",
    "postrm abort-upgrade 1.0",
    "postrm disappear other 1.0",
)
TREE = """mkdir -p /srv/tree/etc /srv/tree/var/lib/dpkg/info /srv/tree/var/lib/dpkg/updates
cp -p /etc/passwd /etc/group /etc/shadow /etc/gshadow /srv/tree/etc/
touch /srv/tree/var/lib/dpkg/status"""
DPKG = "dpkg --root=/srv/tree --force-depends --force-script-chrootless"
LEFT = r"cat /srv/tree/etc/passwd /srv/tree/etc/group; find /srv/tree -name '*{0}*' | grep -v dpkg"


@pytest.fixture(scope="module")
def shared(built: Built) -> Iterator[Crossroads]:
    with crossroads(built) as made:
        yield made


@pytest.fixture
def place(shared: Crossroads) -> Iterator[Crossroads]:
    yield shared
    shared.clear()


@pytest.mark.parametrize("name", ["deb", "deb-bundled"])
def test_called_again_they_change_nothing(place: Crossroads, name: str) -> None:
    project = place.project.name
    package = project if name == "deb" else f"{project}-bundled"
    place.install(name)
    look = (
        f"stat -c '%n %a %U:%G' /var/lib/{project} /etc/{project}/* /var/lib/{project}.made/*;"
        f" cat /var/lib/{project}.made/*; getent passwd {project}; dpkg --audit"
    )
    before = place.says(look)
    call = f"DPKG_MAINTSCRIPT_PACKAGE={package} DPKG_MAINTSCRIPT_NAME=x"
    for words in (*HARMLESS, *HARMLESS):
        script, _, arguments = words.partition(" ")
        place.run(f"{call} /var/lib/dpkg/info/{package}.{script} {arguments}")
        assert place.says(look) == before, words
    assert place.runs
    place.run(f"rm -r /etc/{project}/*")  # settings are the administrator's: also to delete
    place.run(f"{call} /var/lib/dpkg/info/{package}.postinst configure 1.0")
    place.purge(name)
    for _ in range(2):
        assert not place.says(f"ls -d /var/lib/{project}* /etc/{project}")


def test_into_another_tree_from_outside(place: Crossroads) -> None:
    """DPKG_ROOT: nothing on this machine is touched, and in that tree purge leaves nothing."""
    name = place.project.name
    place.run(TREE)
    here = place.says(f"cat /etc/passwd /etc/group; ls -d /var/lib/{name}* /etc/{name}")
    before = place.says(LEFT.format(name))
    place.run(f"{DPKG} --install {place.files['deb-bundled']}")
    owner = place.says(f"grep ^{name}: /srv/tree/etc/passwd | cut -d: -f3")
    assert place.says(f"stat -c '%u %a' /srv/tree/var/lib/{name}") == f"{owner} 700"
    place.run(f"{DPKG} --purge {name}-bundled")
    assert place.says(LEFT.format(name)) == before
    assert place.says(f"cat /etc/passwd /etc/group; ls -d /var/lib/{name}* /etc/{name}") == here
    place.run("rm -r /srv/tree")


def test_where_nobody_can_make_or_delete_users(place: Crossroads) -> None:
    """systemd-sysusers makes them all the same, and lines go by hand. systemd does not run, too."""
    name = place.project.name
    before = place.says("cut -d: -f1 /etc/passwd /etc/group /etc/shadow /etc/gshadow")
    hidden = "useradd userdel groupadd groupdel usermod gpasswd"
    for tool in hidden.split():
        place.run(f"file=$(command -v {tool}); mv $file $file.away")
    place.run("mv /run/systemd/system /run/systemd/system.away")
    try:
        place.install("deb-bundled")
        assert place.says(f"stat -c %U /var/lib/{name}") == name
        place.purge("deb-bundled")
    finally:
        place.run("mv /run/systemd/system.away /run/systemd/system")
        place.run(
            "for file in /usr/sbin/*.away /usr/bin/*.away; do mv $file ${file%.away}; done",
            check=False,
        )
    assert place.says("cut -d: -f1 /etc/passwd /etc/group /etc/shadow /etc/gshadow") == before
