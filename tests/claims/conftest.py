"""Results as a run leaves them, and a format on a stage without machines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shipways.claims.server import Stage
from shipways.formats import FORMATS
from shipways.project import model
from shipways.results import FormatRecord, ProjectRecord, Results, StepResult, TargetRecord
from shipways.verify.delivery import Delivery
from shipways.verify.targets import TARGETS

APT = ("apt-get update", "apt-get install -y python3-venv")
RUN = "docker run -d --name notes notes:1.2.0"


def seen(platform: str, typed: tuple[str, ...], **figures: Any) -> TargetRecord:
    """A verified target: what was typed first, and again for the upgrade."""
    log = f"logs/{platform}/install.log"
    steps = [
        StepResult(
            phase="prerequisite" if command in APT else "install",
            command=command,
            seconds=1.5,
            ok=True,
            log=log,
            manager="apt" if command.startswith("apt-get ") else "",
        )
        for command in typed
    ]
    steps.append(StepResult(phase="upgrade", command=typed[-1], seconds=1, ok=True, log="u.log"))
    return TargetRecord(status="ok", platform=platform, steps=steps, **figures)


def record(kind: str = "package", **targets: TargetRecord) -> FormatRecord:
    known = {name.replace("_", ":"): target for name, target in targets.items()}
    return FormatRecord(status="ok", kind=kind, targets=known)


@pytest.fixture
def found() -> Results:
    """Three formats verified; of a fourth nothing is known."""
    return Results(
        project=ProjectRecord(name="notes", version="1.2.0"),
        formats={
            "wheel": record(
                debian_13=seen(
                    "debian:13",
                    (*APT, "python3 -m venv /opt/notes", "/opt/notes/bin/pip install ./n.whl"),
                    transfer_bytes=20763187,
                    first_response_s=6.97,
                    probes={"read_home": True, "gain_root": True, "connect_out": True},
                )
            ),
            "deb": record(
                debian_13=seen(
                    "debian:13",
                    (APT[0], "apt-get install -y ./n.deb"),
                    transfer_bytes=13705372,
                    first_response_s=19.4,
                    probes={"read_home": False, "gain_root": False, "connect_out": True},
                ),
                debian_12=seen("debian:12", (APT[0], "apt-get install -y ./n.deb")),
            ),
            "docker": record(
                "container",
                docker=seen(
                    "docker",
                    ("docker load -i n.tar.gz", RUN),
                    transfer_bytes=25963366,
                    first_response_s=4.8,
                    first_response_runs=[4.7, 4.8, 5.4],
                    probes={"read_home": False, "gain_root": False, "connect_out": True},
                    notes={"hardening": 'tried from inside: {"uid": 10001}'},
                ),
            ),
            "rpm": FormatRecord(status="ok"),
        },
    )


@pytest.fixture
def stage(notes: Path, tmp_path: Path) -> Callable[[str], Stage]:
    """A real format of the notes project; its artifact is only named."""
    shipped = model.load(notes)

    def make(format_id: str) -> Stage:
        artifact = tmp_path / "artifact"
        delivery = Delivery(shipped, FORMATS[format_id], artifact)
        return Stage(delivery, TARGETS["debian:13"], tmp_path / "dist", f"density-{format_id}")

    return make


@pytest.fixture
def make_claims() -> Callable[..., Results]:
    """Results with these claims."""
    return lambda *claims: Results(
        project=ProjectRecord(name="notes", version="1.2.0"), claims=[*claims]
    )
