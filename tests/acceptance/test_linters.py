"""Linters over real artifacts: what they leave behind."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shipways.util.command import run

if TYPE_CHECKING:
    from tests.acceptance.conftest import Built

# In a /tmp of its own, so that nobody else's files are in it.
ALONE = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs /tmp; exec "$@"', "sh")
CHECK = """
import json, os, pathlib, sys
from shipways.formats import linters
tool, words, logs = sys.argv[1], sys.argv[2].split(), pathlib.Path(sys.argv[3])
lint = linters.check(tool, words, logs)
print(json.dumps([lint.skipped, lint.version, sorted(os.listdir("/tmp"))]))
"""


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that is not below /tmp."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        yield Path(folder)


@pytest.mark.parametrize(
    ("name", "tool", "line"),
    [
        ("deb-bundled", "lintian", "lintian --color=never"),
        ("rpm", "rpmlint", "rpmlint"),
        ("wheel", "twine", "twine check"),
        ("wheel", "check-wheel-contents", "check-wheel-contents"),
    ],
)
def test_they_leave_nothing_in_tmp(
    built: Built, elsewhere: Path, name: str, tool: str, line: str
) -> None:
    artifact = Path(shutil.copy(built.artifact(name), elsewhere))
    words = (sys.executable, "-c", CHECK, tool, f"{line} {artifact}", elsewhere)
    done = run([*ALONE, *words], timeout=300, env={"TMPDIR": "/tmp"})
    skipped, version, left = json.loads(done.output.splitlines()[-1])
    assert (skipped, left) == ("", [])
    assert version
