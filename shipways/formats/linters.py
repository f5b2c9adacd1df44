"""Run a linter, count what it found, keep what it said in dist/logs.

Every linter prints one finding a line; `PATTERNS` says which lines are errors and which warnings. A
linter that is not here, or that ends badly without a finding we know, still counts: as one error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from shipways.results import Lint
from shipways.util.command import Completed, find, run, version_of

TIMEOUT_S = 300

PATTERNS: dict[str, tuple[str, str, str]] = {  # tool -> errors, warnings, overridden findings
    "check-wheel-contents": (r": W\d+: ", r"(?!)", r"(?!)"),
    "hadolint": (r"\berror: ", r"\b(?:warning|info|style): ", r"(?!)"),
    "lintian": (r"^E: ", r"^W: ", r"^O: "),
    "rpmlint": (r": E: ", r"(?<!\(none\)): W: ", r"(?!)"),  # (none): of rpmlint's own set-up
    "shellcheck": (r": error: ", r": (?:warning|note): ", r"(?!)"),
    "systemd-analyze": (r"(?!)", r"^.*\S.*$", r"(?!)"),
    "twine": (r"FAILED|^ERROR", r"WARNING|PASSED with warnings", r"(?!)"),
}


def check(
    tool: str,
    argv: Sequence[str | Path],
    logs: Path,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Lint:
    """Run one linter; its findings never raise, and one that is missing is recorded as skipped.

    The log is `logs`/lint-TOOL.log and holds the last run only. `env` is added to the environment.
    """
    log = logs / f"lint-{tool}.log"
    log.unlink(missing_ok=True)
    program = str(argv[0])
    if find(program) is None:
        return Lint(tool=tool, skipped=f"{program} is not installed")
    version = version_of(program, "--version")
    if version is None:
        return Lint(tool=tool, skipped=f"{program} --version fails: a part of it is not installed")
    done = run(argv, timeout=TIMEOUT_S, cwd=cwd, env=env, log_file=log, check=False)
    return count(tool, done, version.strip("()"), str(log))


def count(tool: str, done: Completed, version: str = "", log: str = "") -> Lint:
    """What a linter's output comes to."""
    errors, warnings, overridden = (
        len(re.findall(pattern, done.output, re.MULTILINE)) for pattern in _patterns(tool)
    )
    if not (done.ok or errors or warnings):
        errors = 1
    return Lint(
        tool=tool, version=version, errors=errors, warnings=warnings, overridden=overridden, log=log
    )


def scripts(paths: Sequence[Path], logs: Path) -> Lint:
    """shellcheck over POSIX shell scripts, whatever their names."""
    return check("shellcheck", ["shellcheck", "--format=gcc", "--shell=sh", *paths], logs)


def units(paths: Sequence[Path], logs: Path) -> Lint:
    """systemd-analyze verify over units, which may name one another.

    Their program is not installed on this machine, which would be a finding: one that is stands for
    it. That the package holds the right one is for a test to say.
    """
    texts = {
        path.name: re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", path.read_text("utf-8"))
        for path in paths
    }
    copies = written(texts, logs)
    return check("systemd-analyze", ["systemd-analyze", "verify", "--man=no", *copies], logs)


def written(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """Write texts to files of these names, for linters that read files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def _patterns(tool: str) -> tuple[str, str, str]:
    return PATTERNS.get(tool, (r"(?i)\berror\b", r"(?i)\bwarning\b", r"(?!)"))
