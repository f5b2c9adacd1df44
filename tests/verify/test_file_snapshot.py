"""File trees: read from find, compared, and split by owner."""

from __future__ import annotations

import pytest

from shipways.project.model import Project
from shipways.util.command import Completed
from shipways.verify import file_snapshot, footprint, package_manager
from shipways.verify.file_snapshot import Entry

LINES = (
    "d\t755\troot\troot\t1:1\t4096\t\t/etc",
    "f\t640\troot\tnotes\t1:2\t10\t\t/etc/a b",
    "l\t777\troot\troot\t1:3\t5\t../x\t/etc/link",
    "f\t4755\troot\troot\t1:4\t7\t\t/usr/bin/x",
    "f\t4755\troot\troot\t1:4\t7\t\t/usr/bin/same",
)


def file(size: int, inode: int = 0, mode: int = 0o644) -> Entry:
    return Entry("f", mode, "root", "root", f"1:{inode or size}", size, "")


def test_find_s_output_becomes_a_tree() -> None:
    tree = file_snapshot.parse("\0".join(LINES) + "\0")
    assert tree["/etc/a b"] == Entry("f", 0o640, "root", "notes", "1:2", 10, "")
    assert tree["/etc"].size == 0
    assert file_snapshot.used(tree) == 17  # one file has two names


def test_take_asks_find_and_leaves_caches_out() -> None:
    class Machine:
        def run(self, command: str, *, timeout: float) -> Completed:
            assert timeout
            assert "find / /var/lib/docker -xdev" in command
            assert all(f"-path {path}" in command for path in ("/var/backups", "/var/cache"))
            return Completed((command,), 0, "", 0, 0, 0)

    assert file_snapshot.take(Machine(), ("/", "/var/lib/docker")) == {}


def test_writable_by_others() -> None:
    assert file(1, mode=0o664).writable_by_others
    assert not file(1, mode=0o640).writable_by_others
    assert not Entry("l", 0o777, "root", "root", "1:1", 0, "x").writable_by_others


def test_what_was_added() -> None:
    assert file_snapshot.added({"/a": file(1)}, {"/a": file(2), "/b": file(3)}) == {"/b": file(3)}


def test_by_products_of_any_installation_are_not_remarkable() -> None:
    paths = (
        "/etc/ld.so.cache",
        "/etc/passwd-",
        "/var/lib/dpkg/status",
        "/usr/lib/x/__pycache__/a.pyc",
        "/etc/left",
    )
    tree = {path: file(1) for path in (*paths, "/var/lib/systemd/enabled/notes.service")}
    left = set(package_manager.remarkable(tree, "notes"))
    assert left == {"/etc/left", "/var/lib/systemd/enabled/notes.service"}


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/usr/lib/notes-app/site-packages/notes/views.py", "app"),
        ("/opt/notes-app/lib/python3.13/site-packages/notes_app-1.2.0.dist-info/RECORD", "app"),
        ("/etc/notes-app/notes-app.env", "app"),
        ("/usr/bin/notes", "app"),
        ("/usr/lib/systemd/system/notes-app.service", "app"),
        ("/var/lib/docker/overlay2/1/diff/app/site-packages/notes/urls.py", "app"),
        ("/usr/lib/notes-app/site-packages/django/__init__.py", "dependencies"),
        ("/usr/lib/python3/dist-packages/gunicorn/app.py", "dependencies"),
        ("/opt/notes-app/lib/python3.13/site-packages/pip/__init__.py", "interpreter"),
        ("/usr/lib/python3.13/json/decoder.py", "interpreter"),
        ("/usr/bin/python3.13", "interpreter"),
        ("/usr/lib/x86_64-linux-gnu/libpython3.13.so.1.0", "interpreter"),
        ("/opt/notes-app/pyvenv.cfg", "interpreter"),
        ("/usr/lib/x86_64-linux-gnu/libc.so.6", "system"),
        ("/etc/ssl/certs/ca-certificates.crt", "system"),
        ("/var/lib/docker/volumes/notes-app_database/_data/pgdata/base/1/1247", "system"),
        ("/var/lib/docker/volumes/notes-app_data/_data/static/logo.svg", "app"),
        ("/usr/share/doc/pythonic/copyright", "system"),
    ],
)
def test_whose_a_file_is(path: str, owner: str, shipped: Project) -> None:
    assert footprint.owner(path, shipped) == owner


def test_the_breakdown_adds_up(shipped: Project) -> None:
    before = {"/var/lib/dpkg/status": file(100, 1), "/usr/bin/python3": file(5, 2)}
    after = {
        "/var/lib/dpkg/status": file(160, 1),
        "/usr/bin/python3": file(5, 2),
        "/usr/bin/notes": file(20, 3),
        "/usr/lib/notes-app/site-packages/django/x.py": file(30, 4),
        "/usr/lib/notes-app/site-packages/django/same.py": file(30, 4),
    }
    found = footprint.breakdown(before, after, shipped)
    assert (found.app, found.dependencies, found.interpreter, found.system) == (20, 30, 0, 60)
    assert file_snapshot.used(after) - file_snapshot.used(before) == 20 + 30 + 60
