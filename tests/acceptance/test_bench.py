"""The bench runs: in short, with the real tools."""

from __future__ import annotations

import sys
from pathlib import Path

from shipways.util.command import run

ROOT = Path(__file__).parents[2]


def test_in_short() -> None:
    done = run([sys.executable, "-m", "bench", "--short"], timeout=800, cwd=ROOT, check=False)
    assert done.returncode == 0, done.output
    for figure in ("wheel: own share", "deb-bundled, small", "deb-bundled, fast", "ten times the"):
        assert figure in done.output
    assert "failed" not in done.output
