"""install.sh when a step fails, a signal comes, or two run at once: the version before stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shipways.formats import tarball
from tests.acceptance.crossroads import Built, Crossroads, crossroads

# A program of the same name comes first on PATH; its K-th call does not do what it is asked for.
STUB = r"""mkdir -p /stub; rm -f /stub/*; cat > /stub/{tool} <<'END'
#!/bin/sh
echo >> /stub/calls
if [ "$(wc -l < /stub/calls)" -eq {call} ]; then {instead}; fi
exec {real} "$@"
END
chmod +x /stub/{tool}; PATH=/stub:$PATH ./{folder}/install.sh
"""
SIGNAL = "kill -{} $PPID; sleep 0.1; exit 1"
CALLS_AT_MOST = 40


@pytest.fixture(scope="module")
def shared(built: Built) -> Iterator[Crossroads]:
    """Three versions that are told apart by a file; the last is small, and does not start."""
    with crossroads(built) as made:
        top, name = tarball.folder_name(built.project), built.project.name
        made.run(f"tar xf {made.files['tarball']} && mv {top} v1 && cp -al v1 v2 && cp -al v1 v3")
        made.run(f"rm -r v3/files/usr/lib/{name}/site-packages")
        made.run(f"for v in v1 v2 v3; do echo $v > $v/files/usr/lib/{name}/version; done")
        made.run("./v1/install.sh && ./v2/install.sh")
        yield made


def state(place: Crossroads) -> list[str]:
    """The version in use, the one to go back to, whether it is served, and everything's names."""
    name = place.project.name
    return place.says(
        f"cat /usr/lib/{name}/version; cat /usr/lib/$(cat /usr/lib/{name}/previous)/version;"
        f" systemctl is-active {name}; systemctl is-enabled {name}; readlink /usr/bin/{name};"
        f" ls -d /usr/lib/{name}* | wc -l; find / -xdev -path /proc -prune -o -name '{name}*.new'"
        f" -print -o -name '.{name}*' -print -o -name '{name}*.tmp' -print; cat /etc/{name}/*.env"
    ).splitlines()


def fail(place: Crossroads, folder: str, tool: str, call: int, instead: str) -> tuple[bool, str]:
    """Install with that call gone wrong; whether there was such a call, and what was said."""
    real = place.says(f"command -v {tool}")
    text = STUB.format(tool=tool, call=call, instead=instead, folder=folder, real=real)
    done = place.run(text, check=False)
    reached = int(place.says("wc -l < /stub/calls")) >= call
    assert done.ok != reached, f"{tool}, call {call}: {done.output}"
    return reached, done.output


@pytest.mark.parametrize(
    ("tool", "instead"),
    [
        *((tool, "exit 1") for tool in ("cp", "mv", "ln", "mkdir", "chmod", "systemd-sysusers")),
        ("cp", SIGNAL.format("INT")),
        ("mv", SIGNAL.format("TERM")),
    ],
)
def test_an_upgrade_that_fails_changes_nothing(shared: Crossroads, tool: str, instead: str) -> None:
    before = state(shared)
    assert before[:4] == ["v2", "v1", "active", "enabled"]
    for call in range(1, CALLS_AT_MOST):
        reached, said = fail(shared, "v3", tool, call, instead)
        if not reached:
            break
        assert state(shared) == before, f"{tool}, call {call}: {said}"
        assert "was undone: the version before is in use" in said
    assert call > 1
    assert "the service does not run" in said, "v3 does not start, and that is said"
    go_back_to_v2(shared)
    assert state(shared) == before


def go_back_to_v2(place: Crossroads) -> None:
    """From v3: by --rollback, and by installing v1 and v2 anew for the one to go back to."""
    name = place.project.name
    place.run(f"/usr/lib/{name}/install.sh --rollback")
    assert place.says(f"cat /usr/lib/{name}/version") == "v2"
    assert place.runs
    place.run("./v1/install.sh && ./v2/install.sh")


@pytest.mark.parametrize("call", [1, 2, 5])
def test_a_killed_upgrade_can_be_repeated_or_taken_back(shared: Crossroads, call: int) -> None:
    """SIGKILL, as in a power cut: nothing could be undone."""
    name = shared.project.name
    before = state(shared)
    fail(shared, "v3", "mv", call, SIGNAL.format("KILL"))
    seen = shared.says(f"cat /usr/lib/{name}/version")
    assert seen in ("v2", "v3")
    if seen == "v3":
        shared.run(f"/usr/lib/{name}/install.sh --rollback")
        assert shared.says(f"cat /usr/lib/{name}/version") == "v2"
    assert shared.runs
    shared.run("./v1/install.sh && ./v2/install.sh")
    assert state(shared) == before


def test_two_at_once_are_one(shared: Crossroads) -> None:
    before = state(shared)
    slow = STUB.format(tool="cp", call=1, instead="sleep 5", folder="v2", real="/usr/bin/cp")
    done = shared.run(
        f"rm -rf /stub; ({slow}) > first.log 2>&1 & while [ ! -e /stub/calls ]; do sleep 0.1; done;"
        " ./v1/install.sh; echo status $?; wait; cat first.log"
    )
    assert "another one is at work, as process " in done.output
    assert "status 1" in done.output
    assert state(shared)[:1] == before[:1]


def test_a_link_to_the_folder_and_a_narrow_umask_make_no_difference(shared: Crossroads) -> None:
    name = shared.project.name
    shared.run("ln -sfn /root/v1 /srv/link && ln -sfn /srv/link/install.sh /srv/run-me")
    shared.run("cd /srv && export CDPATH=/:/root && umask 077 && ./run-me")
    assert shared.says(f"cat /usr/lib/{name}/version") == "v1"
    assert not shared.says(f"find /usr/lib/{name}/ -not -type l -not -perm -o=r")
    shared.run("./v2/install.sh")


@pytest.mark.parametrize(("tool", "instead"), [("cp", "exit 1"), ("mv", SIGNAL.format("INT"))])
def test_a_first_installation_that_fails_leaves_nothing(
    shared: Crossroads, tool: str, instead: str
) -> None:
    name = shared.project.name
    shared.run("./v2/install.sh --purge")
    traces = (
        f"find / -xdev -path /proc -prune -o -path /root -prune -o -name '*{name}*' -print"
        f" | grep -v /var/lib/systemd/; getent passwd {name}; getent group {name}"
    )
    before = shared.says(traces)
    for call in range(1, CALLS_AT_MOST):
        reached, said = fail(shared, "v3", tool, call, instead)
        if not reached:
            break
        assert shared.says(traces) == before, f"{tool}, call {call}: {said}"
    assert call > 1
    shared.run("./v1/install.sh && ./v2/install.sh")
    assert shared.runs
