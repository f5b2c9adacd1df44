"""The workflow file: what it runs exists, and what it uses cannot change behind its back."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from shipways.arguments import parser
from shipways.formats import FORMATS

ROOT = Path(__file__).parents[1]
FILE = ROOT / ".github" / "workflows" / "delivery.yml"


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


def test_actions_are_pinned_to_a_commit(steps: list[dict[str, Any]]) -> None:
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", each) for each in used)


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
