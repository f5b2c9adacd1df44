"""Moving to another server: the artifact and the data, and nothing else of the old one.

Figures of a format:

- `steps`: what a person does on both servers, the copying between them counted once;
- `moved_bytes`: the artifact and the packed data;
- `fetched_bytes`: what the new server still fetches by itself over its wire meanwhile;
- `serving_s`: from the first command on the new server until it serves, prerequisites included;
- `data_kept`: whether every note is there, and a session of the old server is still valid (so the
  secret key came along).
"""

from __future__ import annotations

import time
from pathlib import Path

from shipways.claims import data_transfer
from shipways.claims.base import Measurements
from shipways.claims.data_transfer import Carry
from shipways.claims.server import Server, Stage, server
from shipways.errors import VerifyError
from shipways.machines import engine
from shipways.results import TargetRecord
from shipways.verify import http_client
from shipways.verify.agents.http_client import COOKIES
from shipways.verify.assertions import START_S, expect
from shipways.verify.context import Context

NOTES = 5
LINE_S = START_S * 3  # of waiting while commands are typed


def measure(stage: Stage) -> Measurements:
    """Move one format from one fresh machine to another. Raises `VerifyError` where it fails."""
    if stage.delivery.project.tool.probe is None:
        raise VerifyError("The project has no [tool.shipways.probe]: nothing can be posted.")
    with engine.temporary_folder("moving") as folder:
        stage.note("the old server")
        texts, way, steps = leave(stage, folder)
        stage.note("the new server")
        typed, row = arrive(stage, folder, texts, way)
        return {"steps": steps + typed, **row, "log": _log(stage)}


def leave(stage: Stage, folder: Path) -> tuple[list[str], Carry, int]:
    """Use a server, pack what it holds into `folder`; the notes, the way, and the steps so far."""
    delivery = stage.delivery
    with server(stage) as old:
        context = Context(
            old.root,
            old.client,
            old.step_runner,
            delivery,
            delivery,
            delivery,
            TargetRecord(status="ok"),
        )
        old.step_runner.type_all(delivery.steps("prerequisite", "install"), stage.log)
        old.step_runner.start(delivery.steps("start"), old.client.answers, stage.log)
        old.client.wait(START_S)
        _use(context)
        way = data_transfer.of(context.service, delivery.project)
        if way is None:
            raise VerifyError(f"How the data of {delivery.format.id} is packed is not known.")
        pressed = not context.service.starts_at_boot  # Ctrl-C, in its terminal
        context.stop_in_terminal()
        old.step_runner.type_all(way.pack, stage.log)
        name = data_transfer.archive(delivery.project)
        old.root.copy_out(f"/root/{name}", folder / name)
        old.helper.copy_out(str(COOKIES), folder / COOKIES.name)
        copying = 1
        return context.texts, way, len(way.pack) + pressed + copying


def _use(context: Context) -> None:
    probe = context.client.probe
    assert probe is not None
    context.command_line(*probe.create_user)
    expect(context.client.log_in(), "The account that was made cannot log in.")
    for number in range(NOTES):
        context.post(f"moved{number}z")


def arrive(stage: Stage, folder: Path, texts: list[str], way: Carry) -> tuple[int, Measurements]:
    """Install on a new server, with the old data; the steps there, and the other figures."""
    delivery, data = stage.delivery, folder / data_transfer.archive(stage.delivery.project)
    with server(stage) as new:
        new.root.copy_in(data, f"/root/{data.name}")
        new.helper.copy_in(folder / COOKIES.name, str(COOKIES))
        received, began = new.root.bytes_received(), time.monotonic()
        serving = _type(stage, new, way) - began
        fetched = new.root.bytes_received() - received
        missing = new.client.missing(texts)
        kept = not missing and new.client.is_logged_in()
        stage.note(f"{len(texts) - len(missing)} of {len(texts)} notes are there")
        stage.note(f"it serves after {serving:.2f} s; the old session is valid: {kept}")
        return len(new.step_runner.record), {
            "moved_bytes": delivery.size + data.stat().st_size,
            "fetched_bytes": fetched,
            "serving_s": round(serving, 2),
            "data_kept": kept,
        }


def _type(stage: Stage, new: Server, way: Carry) -> float:
    """Type everything on the new server; when it served, by time.monotonic()."""
    delivery, log = stage.delivery, stage.log
    new.step_runner.type_all(delivery.steps("prerequisite", "install"), log)
    new.step_runner.type_all(way.unpack, log)
    waiting = new.client.waiting(LINE_S)
    new.step_runner.start(way.start or delivery.steps("start"), lambda: not waiting.running, log)
    at = http_client.arrived(waiting, START_S)
    if at is None:
        raise VerifyError("The new server does not serve.", log=stage.log_file)
    return at


def _log(stage: Stage) -> str:
    return stage.log_file.relative_to(stage.dist).as_posix()
