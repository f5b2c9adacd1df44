"""Detection of a large project takes seconds, not more."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from shipways.project import detection
from tests.project.detection.conftest import write
from tests.project.detection.test_settings import manage
from tests.project.test_source_tree import git

FILES = 5_000
LIMIT_S = 10  # of a processor; half of what is promised, 20 s


@pytest.mark.process
def test_five_thousand_files(tmp_path: Path) -> None:
    code = "from django.db import models\n" + "x = os.environ.get('A', 'b')\n" * 20
    apps = FILES // 10
    names = ("models", "views", "urls", "apps", "admin", "forms", "tests", "tasks", "settings")
    files = {f"app{n}/{name}.py": code for n in range(apps) for name in names}
    files |= {f"app{n}/__init__.py": "" for n in range(apps)}
    imports = "".join(f"from app{n}.settings import x as x{n}\n" for n in range(apps))
    files |= {"manage.py": manage("site1.settings"), "site1/settings.py": imports}
    write(tmp_path, files)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    started = time.process_time()
    assert detection.detect(tmp_path).value("settings") == "site1.settings"
    assert time.process_time() - started < LIMIT_S
