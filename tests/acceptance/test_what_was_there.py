"""Purge undoes what the installation made, and nothing else: all formats, one machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.crossroads import INSTALLED, Built, Crossroads, crossroads

# Another's account and folders, of the very names that the package wants.
OTHERS = r"""
groupadd --system {0} && useradd --system --gid {0} --home-dir /var/spool/{0} {0}
usermod --append --groups {0} games
mkdir -p /etc/{0} /var/lib/{0}/deep && chmod 0751 /var/lib/{0} && chown games:{0} /var/lib/{0}
echo theirs | tee /etc/{0}/theirs '/var/lib/{0}/deep/two words' > /var/lib/{0}/$'two\nlines'
chown {0} '/var/lib/{0}/deep/two words'
ln -s /etc/passwd /var/lib/{0}/link
"""
ON_ANOTHER_DISK = r"""
groupadd {0} && mkdir -p /var/lib/{0} && mount -t tmpfs none /var/lib/{0}
echo theirs > /var/lib/{0}/theirs
"""
SEEN = r"""
getent passwd {0}; getent group {0}; id games
find /etc/{0} /var/lib/{0} \( -name {0}.env -o -name {0}.env.rpmsave \) \
    -o -printf '%p %M %u:%g %l\n' 2>/dev/null | sort
find /etc/{0} /var/lib/{0} -name 'the*' -type f -exec sha256sum {{}} + | sort
ls -d /var/lib/{0}.made
"""


@pytest.fixture(scope="module")
def shared(built: Built) -> Iterator[Crossroads]:
    with crossroads(built) as made:
        yield made


@pytest.fixture
def place(shared: Crossroads) -> Iterator[Crossroads]:
    yield shared
    shared.clear()


def named(text: str, place: Crossroads) -> str:
    return text.format(place.project.name)


@pytest.mark.parametrize(
    ("name", "before"),
    [*((name, OTHERS) for name in INSTALLED), ("deb", ON_ANOTHER_DISK), ("rpm", ON_ANOTHER_DISK)],
    ids=[*INSTALLED, "deb-on-another-disk", "rpm-on-another-disk"],
)
def test_what_was_there_before_stays_as_it_was(place: Crossroads, name: str, before: str) -> None:
    place.run(named(before, place))
    seen = place.says(named(SEEN, place))
    said = place.install(name).output
    assert place.runs, said
    assert f"/var/lib/{place.project.name} was there before" in said
    assert f"the group {place.project.name} was there before" in said
    place.wait_for_data()
    if name == "rpm":  # has no purge: its removal keeps all data, and the archive's purge ends it
        place.remove(name)
        place.install(name := "tarball")
    said = place.purge(name).output
    assert place.says(named(SEEN, place)) == seen
    assert f"/var/lib/{place.project.name} stays: it was there before" in said


@pytest.mark.parametrize("name", ["deb-bundled", "tarball"])
def test_what_the_installation_made_goes(place: Crossroads, name: str) -> None:
    """Through upgrade, removal and another format; an administrator's own file stays."""
    before = place.says(named(SEEN, place))
    place.install(name)
    place.wait_for_data()
    place.install(name)
    place.remove(name)
    place.install("rpm")
    place.remove("rpm")
    place.install(name)
    place.run(named("echo mine > /etc/{0}/mine", place))
    said = place.purge(name).output
    assert place.says(named("cat /etc/{0}/mine && rm -r /etc/{0}", place)) == "mine"
    assert named("/etc/{0} stays", place) in said
    assert place.says(named(SEEN, place)) == before


@pytest.mark.parametrize("name", INSTALLED)
def test_a_persons_account_is_refused_before_anything_is_done(place: Crossroads, name: str) -> None:
    place.run(
        named("useradd --create-home {0}; mkdir /etc/{0}; echo theirs > /etc/{0}/theirs", place)
    )
    seen = place.says(named(SEEN, place))
    done = place.install(name, check=False)
    assert not done.ok
    assert named("there is a user {0} (number 1", place) in done.output
    assert place.says(named(SEEN, place)) == seen
    place.says(named("dpkg --purge {0} {0}-bundled", place))
    assert place.says(named(SEEN, place)) == seen
    place.run(named("userdel --remove {0}", place))


def test_what_is_mounted_inside_the_data_is_not_deleted(place: Crossroads) -> None:
    place.install("deb-bundled")
    place.wait_for_data()
    folder = named("/var/lib/{0}", place)
    place.run(f"mkdir {folder}/more && mount --bind /srv {folder}/more && touch /srv/theirs")
    said = place.purge("deb-bundled").output
    assert f"{folder} stays: something is mounted inside" in said
    place.run("rm /srv/theirs")


def test_a_link_in_the_place_of_the_data_stays(place: Crossroads) -> None:
    """systemd.exec(5): StateDirectory= is no link. The service does not start, and that is said."""
    link = named("/var/lib/{0}", place)
    place.run(f"mkdir -p /srv/theirs && touch /srv/theirs/file && ln -s /srv/theirs {link}")
    said = place.install("deb-bundled").output
    assert f"{link} is a link" in said
    assert "does not run" in said
    assert "STATE_DIRECTORY" in said
    assert f"{link} stays: it is a link" in place.purge("deb-bundled").output
    assert place.says(f"stat -c '%U %n' {link}/file; rm -r /srv/theirs") == f"root {link}/file"


def test_a_user_that_is_in_use_is_told(place: Crossroads) -> None:
    place.install("deb-bundled")
    name = place.project.name
    process = place.says(
        f"setsid setpriv --reuid={name} --clear-groups sleep 300 > /dev/null & echo $!"
    )
    said = place.purge("deb-bundled").output
    assert f"the user {name} stays" in said
    place.run(f"kill {process}")
