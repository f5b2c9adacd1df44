"""Why a command failed, read from what real tools print; failures/ holds their recordings.

Each recording is the command and all that it printed, paths and addresses aside.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from shipways.errors import BuildError
from shipways.util.cause import TAIL, cause
from shipways.util.command import run

FAILURES = Path(__file__).parent / "failures"
CAUSES = {
    "apt-depends": "notes : Depends: notes-nowhere (>= 2) but it is not installable",
    "apt-get": "E: Unable to locate package notes-that-is-nowhere",
    "bash-set": "cp: cannot stat 'nothing.css': No such file or directory",
    "build-backend-raises": "RuntimeError: the stylesheet is missing: app.css",
    "build-hatchling": "ValueError: Unable to determine which files to ship inside the wheel",
    "build-no-backend": "ERROR Backend 'nothing.here' is not available.",
    "build-requirement": "cause: Because notes-backend-that-is-nowhere was not found",
    "build-setuptools": "configuration error: `project.version` must be pep440",
    "build-toml": "ERROR Failed to parse b5/pyproject.toml: Expected ']' at the end",
    "buildx-copy": "ERROR: failed to solve: failed to compute cache key: failed to calculate",
    "buildx-run": "no such table: notes",
    "buildx-syntax": "ERROR: failed to solve: dockerfile parse error on line 2: unknown",
    "compose-config": "validating /srv/notes/c1/compose.yaml: services.web Additional property",
    "docker-gone": "Cannot connect to the Docker daemon at unix:///run/nowhere.sock.",
    "docker-legacy": "COPY failed: file not found in build context",
    "docker-load": "unexpected EOF",
    "docker-run": "docker: Error response from daemon: No such image: shipways-nothing:1.0",
    "dpkg-buildpackage-changelog": "dpkg-buildpackage: error: fatal error occurred while parsing",
    "dpkg-buildpackage-depends": "dpkg-checkbuilddeps: error: Unmet build dependencies: notes",
    "dpkg-buildpackage-rules": "cp: cannot stat 'nothing.css': No such file or directory",
    "dpkg-deb": "dpkg-deb: error: parsing file 'bd/DEBIAN/control' near line 2 package 'notes': "
    "'Version' field value 'one': version number does not start with digit",
    "dpkg-install": "dpkg-deb: error: 'bad.deb' is not a Debian format archive",
    "gcc": "a.c:1:11: error: expected declaration specifiers",
    "git": "fatal: repository '/nowhere/notes.git' does not exist",
    "hadolint": "d2/Dockerfile:2:4 missing whitespace",
    "make": "a.c:1:11: error: expected declaration specifiers",
    "make-none": "make: *** No rule to make target 'nothing'.  Stop.",
    "mmdebstrap": "E: Failed to fetch http://127.0.0.1:9/debian/dists/nosuite/InRelease",
    "nfpm": 'Matching "/nowhere/x": file does not exist.',
    "nfpm-yaml": "Yaml: line 1: did not find expected ',' or ']'.",
    "npm-json": "npm error enoent Could not read package.json: Error: ENOENT",
    "npm-missing": "npm error request to https://registry.npmjs.org/notes-that-is-nowhere failed",
    "npm-script": "Error: no stylesheet",
    "pip-build": "ModuleNotFoundError: No module named 'setuptools'",
    "pip-hash": "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
    "pip-no-match": "ERROR: No matching distribution found for notes-core==9.9",
    "python-chained": "RuntimeError: settings cannot be read",
    "python-module": "python: No module named nothing_like_this",
    "python-multiline": "ImproperlyConfigured: Set NOTES_KEY.",
    "python-syntax": "SyntaxError: invalid syntax",
    "rpm-install": "error: open of junk failed: No such file or directory",
    "rpmbuild-files": "error: File not found: /srv/notes/rpm/BUILDROOT/notes-1-1.x86_64/usr/share",
    "rpmbuild-install": "cp: cannot stat 'nothing.css': No such file or directory",
    "rpmbuild-tag": "error: line 4: Unknown tag: Summry: x",
    "sh": "sh: 1: no-such-program: not found",
    "sys-exit": "nothing to do: no such command",
    "tar": "tar: nothing: Cannot stat: No such file or directory",
    "twine": "tarfile.ReadError: not a gzip file",
    "uv": "cause: Because nosuch was not found in the cache and you require nosuch==1",
    "xz": "xz: junk.tar: File format not recognized",
}


def test_every_recording_is_in_the_table() -> None:
    assert {path.stem for path in FAILURES.iterdir()} == set(CAUSES)


@pytest.mark.parametrize("name", CAUSES)
def test_cause(name: str) -> None:
    command, _, output = (FAILURES / f"{name}.txt").read_text("utf-8").partition("\n")
    assert command.startswith("$ ")
    assert cause(output).startswith(CAUSES[name])
    noted = "".join(f"+ step {number}\n" for number in range(10 * TAIL))
    assert cause(noted + output) == cause(output), "what comes before changes nothing"
    coloured = "".join(f"\x1b[31m{line}\x1b[0m\n" for line in output.splitlines())
    assert cause(coloured) == cause(output)


@pytest.mark.parametrize("output", ["", "\n", "   \n\t\n"])
def test_nothing_was_printed(output: str) -> None:
    assert cause(output) == ""


def test_a_long_output_takes_no_time() -> None:
    assert cause("a:" * 500_000 + "\n" + "1:" * 100_000 + "\n" + "x\n" * 500_000) == "x"


@pytest.mark.process
@pytest.mark.parametrize(
    ("argv", "first"),
    [
        (["sh", "-c", "seq 9; cp nothing /; exit 3"], "cp: cannot stat 'nothing': No such file"),
        ([sys.executable, "-c", "{}['app.css']"], "KeyError: 'app.css'"),
        ([sys.executable, "-m", "pip", "download", "--no-index", "notes-x==9"],
         "ERROR: No matching distribution found for notes-x==9"),
        (["rpmbuild", "-bb", "nothing.spec"], "error: "),
        (["dpkg-deb", "--build", "nothing"], "dpkg-deb: error: failed to open package info file"),
        (["git", "clone", "./nothing", "there"], "fatal: repository './nothing' does not exist"),
        (["false"], "false ended with status 1 and printed nothing."),
        (["sh", "-c", "kill -9 $$"], "sh ended by signal 9 (Killed) and printed nothing."),
    ],
    ids=lambda value: value[0].rpartition("/")[2] if isinstance(value, list) else "",
)  # fmt: skip
def test_an_error_begins_with_the_cause(argv: list[str], first: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        run(argv, timeout=60, cwd=tmp_path, env={"LC_ALL": "C.UTF-8"})
    lines = caught.value.reason.splitlines()
    assert lines[0].startswith(first)
    assert lines[1].startswith("The command was: ")
    assert len(lines) <= TAIL + 3
