"""What the hosting platform reads: valid, safe, and what it runs exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from shipways.cli.parser import parser
from shipways.formats import FORMATS
from shipways.util.command import run

ROOT = Path(__file__).parents[1]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FILE = GITHUB / "workflows" / "delivery.yml"
SCHEMAS = {  # each kind of file with the schema that the platform publishes for it
    "github-workflows": WORKFLOWS,
    "dependabot": [GITHUB / "dependabot.yml"],
    "github-issue-config": [GITHUB / "ISSUE_TEMPLATE" / "config.yml"],
    "github-issue-forms": sorted((GITHUB / "ISSUE_TEMPLATE").glob("[!c]*.yml")),
    "citation-file-format": [ROOT / "CITATION.cff"],
}


@pytest.fixture(scope="module")
def steps() -> list[dict[str, Any]]:
    loaded = yaml.safe_load(FILE.read_text("utf-8"))
    assert set(loaded[True]) == {"push", "pull_request"}  # YAML 1.1 reads "on" as true
    return list(loaded["jobs"]["measure"]["steps"])


def sessions() -> dict[str, list[str]]:
    """Each nox session with the formats that it builds."""
    found = {}
    for node in ast.parse((ROOT / "noxfile.py").read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            words = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
            found[node.name] = [str(word) for word in words if word in FORMATS]
    return found


@pytest.mark.process
@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_fit_their_schema(schema: str) -> None:
    assert SCHEMAS[schema]
    check("check-jsonschema", f"--builtin-schema=vendor.{schema}", *map(str, SCHEMAS[schema]))


@pytest.mark.process
def test_workflows_are_safe() -> None:
    check("zizmor", "--offline", "--no-progress", str(GITHUB))


def check(*argv: str) -> None:
    done = run(argv, timeout=120, check=False)
    assert done.ok, done.output


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_to_a_commit(path: Path) -> None:
    used = re.findall(r"uses: (\S+) # v[\d.]+\n", path.read_text("utf-8"))
    assert len(used) == path.read_text("utf-8").count("uses:") > 0
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", each) for each in used)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_sessions_that_workflows_run_exist(path: Path) -> None:
    lines = re.findall(r"(?:bootstrap|nox)\b.* -s ([a-z ]+)", path.read_text("utf-8"))
    assert {name for line in lines for name in line.split()} <= sessions().keys()


def test_every_promised_python_is_tried() -> None:
    promised = re.search(r'requires-python = "(\S+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    jobs = yaml.safe_load((GITHUB / "workflows" / "ci.yml").read_text("utf-8"))["jobs"]
    tried = jobs["fast"]["strategy"]["matrix"]["python"]
    assert promised and promised.group(1) == f">={tried[0]}"
    minors = [int(version.partition(".")[2]) for version in tried]
    assert minors == [*range(minors[0], minors[-1] + 1)]


def test_it_builds_every_format_and_verifies(steps: list[dict[str, Any]]) -> None:
    (line,) = [step["run"] for step in steps if "./bootstrap" in step.get("run", "")]
    named, own = line.split(" -s ")[1].split(" -- ")
    asked = named.split()
    assert set(asked) <= sessions().keys()
    assert {each for name in asked for each in sessions()[name]} == set(FORMATS)
    assert asked[-1] == "verify"
    for command in ("build", "verify"):
        assert parser().parse_args([command, *own.split()]).runs == 3


def test_it_compares_and_posts_what_it_wrote(steps: list[dict[str, Any]]) -> None:
    runs = "\n".join(step.get("run", "") for step in steps)
    ((old, new, more, written),) = re.findall(r"nox -s compare -- (\S+) (\S+) (\S+) > (\S+)", runs)
    assert parser().parse_args(["compare", old.strip('"'), new, more]).markdown
    assert runs.count(f"--body-file {written}") == 2
    assert f"cat {written}" in runs
