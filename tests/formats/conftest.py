"""A job with a small bundle, for formats under test: nothing in it was built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from shipways.formats.base import Job, Options
from shipways.inputs.stages import Bundle, Inputs
from shipways.project import model as projects
from shipways.project.model import Project

EPOCH = 1_700_000_000  # 2023-11-14 22:13:20 UTC
LICENSE = "Copyright (c) 2020 Grace Hopper\n\nDo what you like.\n"


@dataclass(frozen=True)
class FakeInputs:
    """Only what formats of the bundle look at."""

    project: Project
    bundle: Bundle
    epoch: int = EPOCH
    sbom_of_bundle: bytes = b"{}\n"


def add_distribution(site: Path, name: str, version: str, **fields: str) -> None:
    """An installed distribution (PEP 376), with a licence file."""
    info = site / f"{name}-{version}.dist-info"
    (info / "licenses").mkdir(parents=True)
    (info / "licenses" / "LICENSE").write_text(LICENSE)
    stated = {"License_Expression": "MIT", "License_File": "LICENSE", **fields}
    lines = [f"{key.replace('_', '-')}: {value}" for key, value in stated.items()]
    metadata = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *lines]
    (info / "METADATA").write_text("\n".join(metadata) + "\n")
    (info / "RECORD").write_text(f"{name}/__init__.py,,\n{info.name}/METADATA,,\n")
    (site / name).mkdir(exist_ok=True)
    (site / name / "__init__.py").write_text("")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The site-packages tree of a bundle: the app and one dependency."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    add_distribution(folder, "notes_app", "1.2.0")
    add_distribution(folder, "helper", "3.1", License_Expression="LGPL-3.0-only OR MIT")
    return folder


@pytest.fixture
def make_job(notes: Path, site: Path, tmp_path: Path) -> Callable[..., Job]:
    """Makes jobs of the small project; `pure` and `pythons` are the bundle's, the rest options."""

    def make(pure: bool = True, pythons: str = "", **options: Any) -> Job:
        work = tmp_path / f"work-{len(list(tmp_path.iterdir()))}"
        work.mkdir()
        shipped = projects.load(notes)
        bundle = Bundle(site, pure, {shipped.name: 1, "helper": 2}, pythons)
        return Job(
            shipped,
            cast(Inputs, FakeInputs(shipped, bundle)),
            work,
            work / "logs",
            Options(**options),
        )

    return make


@pytest.fixture
def job(make_job: Callable[..., Job]) -> Job:
    """Builds the small project with default options."""
    return make_job()
