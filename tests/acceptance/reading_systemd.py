"""What systemd itself reads: from units, from EnvironmentFile=s, from sysusers.d and tmpfiles.d."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from shipways.util.command import run

MANAGER = "/lib/systemd/systemd"
TIMEOUT_S = 60
RELEASE_FIELDS = "owWB"  # specifiers for values of os-release, which is read as EnvironmentFile= is
RELEASE_NAMES = ("ID", "VERSION_ID", "VARIANT_ID", "BUILD_ID")


def unit(name: str, text: str, folder: Path) -> dict[str, list[str]]:
    """A unit as the manager has loaded it: its properties, and what it said of the file."""
    place = Path(shutil.copytree(folder, f"/tmp/unit-{os.getpid()}", dirs_exist_ok=True))
    try:
        (place / name).write_text(text, encoding="utf-8")
        runtime = place / "runtime"
        runtime.mkdir(mode=0o700)
        for path in (place, place / name):
            path.chmod(0o755 if path.is_dir() else 0o644)
        shutil.chown(runtime, "nobody")
        done = run(
            [
                *("setpriv", "--reuid=nobody", "--clear-groups"),
                *(MANAGER, "--user", "--test", f"--unit={name}"),
            ],
            timeout=TIMEOUT_S,
            env={
                "HOME": str(runtime),
                "XDG_RUNTIME_DIR": str(runtime),
                "SYSTEMD_UNIT_PATH": f"{place}:",
                "SYSTEMD_LOG_LEVEL": "warning",
                "SYSTEMD_LOG_TARGET": "console",
                "SYSTEMD_UNIT_CACHE": "0",
            },
        )
    finally:
        shutil.rmtree(place)
    dump = done.output.partition(f"-> Unit {name}:\n")[2].partition("\n\t-> ")[0]
    found: dict[str, list[str]] = {"complaints": re.findall(rf".*/{name}:.*", done.output)}
    for line in (
        done.output.partition(f"-> Unit {name}:\n")[2].partition("-> Unit ")[0].splitlines()
    ):
        key, _, value = line.strip().partition(": ")
        found.setdefault(key, []).append(value)
    assert dump
    return found


def environment(lines: str, folder: Path) -> dict[str, str]:
    """Values of an EnvironmentFile=, by the parser that reads it: systemd's own, of os-release."""
    pairs = dict(line.split("=", 1) for line in lines.splitlines() if line and line[0] != "#")
    names = list(pairs)
    read: dict[str, str] = {}
    for start in range(0, len(names), len(RELEASE_NAMES)):
        part = names[start : start + len(RELEASE_NAMES)]
        read |= dict(zip(part, _released([pairs[name] for name in part], folder), strict=True))
    return read


def _released(values: list[str], folder: Path) -> list[str]:
    root = folder / "root"
    shutil.rmtree(root, ignore_errors=True)
    (root / "etc").mkdir(parents=True)
    fields = zip(RELEASE_NAMES, values, strict=False)
    text = "".join(f"{name}={value}\n" for name, value in fields)
    (root / "etc/os-release").write_text(text, encoding="utf-8")
    wanted = RELEASE_FIELDS[: len(values)]
    config = folder / "release.conf"
    config.write_text("".join(f"f+ /value-{one} 0644 - - - %{one}\n" for one in wanted))
    run(["systemd-tmpfiles", f"--root={root}", "--create", config], timeout=TIMEOUT_S)
    return [_content(root / f"value-{one}") for one in wanted]


def _content(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def lines_of(users: str, folders: str, folder: Path) -> Mapping[str, list[str]]:
    """The user that sysusers.d makes, by its name, and the folders of tmpfiles.d."""
    root = folder / "users"
    (root / "etc").mkdir(parents=True)
    for name, text in (("users.conf", users), ("folders.conf", folders)):
        (folder / name).write_text(text, encoding="utf-8")
    run(["systemd-sysusers", f"--root={root}", folder / "users.conf"], timeout=TIMEOUT_S)
    run(
        ["systemd-tmpfiles", f"--root={root}", "--create", folder / "folders.conf"],
        timeout=TIMEOUT_S,
    )
    found = {
        line.split(":")[0]: line.split(":")
        for line in (root / "etc/passwd").read_text(encoding="utf-8").splitlines()
    }
    found["made"] = [f"/{path.relative_to(root)}" for path in root.rglob("*") if path.is_dir()]
    return found


def arguments(read: Mapping[str, list[str]]) -> list[str]:
    """The arguments of the one command, which the manager shows quoted for a shell; "$$" is "$"."""
    (line,) = read["Command Line"]
    quoted = re.findall(r'"((?:\\.|[^"\\])*)"|([^\s"]+)', line)
    words = (re.sub(r"\\(.)", r"\1", inside) or bare for inside, bare in quoted)
    return [word.replace("$$", "$") for word in words][1:]
