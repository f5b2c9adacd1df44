"""Lays out below /stage what the image gets; the Dockerfile runs it, one layer at a time.

    stage.py python | tools | dependencies | app

Only Python's standard library is needed, and pip: of the base, or from /pip.
"""

from __future__ import annotations

import configparser
import csv
import importlib.util
import json
import os
import py_compile
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import tomllib

STAGE = Path("/stage")
RECIPE = Path("/recipe")
PIP = Path("/pip/pip")
HOME = STAGE / "app"  # /app in the image
USER = 10001
LANGUAGES = os.environ.get("LANGUAGES", "").lower().split()
AS_IT_IS: dict[str, Any] = {"encoding": "utf-8", "errors": "surrogateescape"}  # text of others
BYTECODE = os.environ.get("BYTECODE", "1") == "1"
SKIPPED = {  # of the standard library: what no server imports, and what is not of it
    "dist-packages", "ensurepip", "idlelib", "lib2to3", "site-packages", "test", "tests", "tkinter",
    "turtledemo",
}  # fmt: skip


def python() -> None:
    """Bytecode of the standard library; the base has none, and the image cannot write it later."""
    stdlib = sysconfig.get_path("stdlib")
    if BYTECODE:
        for path in sorted(Path(f"/base{stdlib}").rglob("*.py")):
            name = path.relative_to("/base")
            if not SKIPPED.intersection(name.parts):
                compile_file(path, STAGE / name, f"/{name}")


def tools() -> None:
    """Bytecode of pip, where it was given: it is called twice, and after every changed line."""
    for path in sorted(PIP.rglob("*.py")):
        compile_file(path, path, str(path))


def dependencies() -> None:
    """Everything that the lock names, each file checked against its hash."""
    install(HOME / "dependencies", "--require-hashes", f"--requirement={RECIPE}/requirements.lock")


def app() -> None:
    """The project itself, how it is started, and the user and folder that it has."""
    name = os.environ["NAME"]
    site = HOME / "site-packages"
    wheels = list(Path("/wheel").glob("*.whl"))
    install(site, str(wheels[0]) if wheels else copied(Path("/source")), offline=bool(wheels))
    given = Path("/wheel/launch.json")
    settings = json.loads(given.read_bytes()) if given.is_file() else launch_settings(name, site)
    (HOME / "launch.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    launcher = HOME / "launch.py"
    text = (RECIPE / "launch.py").read_text(encoding="utf-8")
    launcher.write_text(f"#!{sys.executable} -I\n{text}", encoding="utf-8")
    launcher.chmod(0o755)
    command = STAGE / "usr/local/bin" / settings["command"]
    command.parent.mkdir(parents=True)
    command.symlink_to("/app/launch.py")
    add_user(name)
    add_bill(name)


def install(target: Path, *what: str, offline: bool | None = None) -> None:
    """pip into a folder of its own: no index where there are wheels, no dependency unasked for."""
    pip = [str(PIP)] if (PIP / "__main__.py").is_file() else ["-m", "pip"]
    wheelhouse = Path("/wheelhouse")
    if offline is None:
        offline = any(wheelhouse.glob("*.whl"))
    index = ["--no-index", f"--find-links={wheelhouse}"] if offline else []
    command = [
        sys.executable, *pip, "install", "--no-deps", "--no-compile", "--no-cache-dir",
        "--disable-pip-version-check", "--root-user-action=ignore", "--no-warn-script-location",
        f"--target={target}", *index, *what,
    ]  # fmt: skip
    subprocess.run(command, check=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    shutil.rmtree(target / "bin", ignore_errors=True)  # the launcher is the only command
    for left in target.glob("*.dist-info/direct_url.json"):
        left.unlink()  # PEP 610: where it was built is nobody's business
    trim_translations(target)
    trim_records(target)
    if BYTECODE:
        for path in sorted(target.rglob("*.py")):
            compile_file(path, path, "/" + str(path.relative_to(STAGE)))


def trim_translations(target: Path) -> None:
    """Take out the sources (.po) of what is compiled, and what is in no language of the site."""
    for catalogue in sorted(target.rglob("LC_MESSAGES/*.[mp]o")):
        found = catalogue.parent.parent.name.lower().replace("_", "-") + "-"
        read = not LANGUAGES or any(f"{it}-".startswith(found) for it in (*LANGUAGES, "en"))
        if not read or (catalogue.suffix == ".po" and catalogue.with_suffix(".mo").is_file()):
            catalogue.unlink()
    for folder in sorted(target.rglob("LC_MESSAGES"), reverse=True):
        for emptied in (folder, folder.parent):
            if not any(emptied.iterdir()):
                emptied.rmdir()


def copied(source: Path) -> str:
    """A copy that a build backend may write to."""
    return shutil.copytree(source, "/tmp/source", symlinks=True)


def trim_records(target: Path) -> None:
    """RECORD (PEP 376) lists what is there."""
    for record in sorted(target.glob("*.dist-info/RECORD")):
        with record.open(newline="", **AS_IT_IS) as file:
            rows = [row for row in csv.reader(file) if row and (target / row[0]).is_file()]
        with record.open("w", newline="", **AS_IT_IS) as file:
            csv.writer(file, lineterminator="\n").writerows(sorted(rows))


def compile_file(source: Path, beside: Path, shown: str) -> None:
    """Bytecode that is never compared with its source: both are read-only (PEP 552)."""
    target = importlib.util.cache_from_source(str(beside))
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(source), target, shown, doraise=False, quiet=2, invalidation_mode=mode)


def launch_settings(name: str, site: Path) -> dict[str, Any]:
    """What launch.py has to know: from pyproject.toml's [tool.shipways] and the app's scripts."""
    pyproject = Path("/source/pyproject.toml")
    text = pyproject.read_text(encoding="utf-8") if pyproject.is_file() else ""
    tool = tomllib.loads(text).get("tool", {}).get("shipways", {})
    command = tool.get("command", name)
    scripts = configparser.ConfigParser(delimiters=["="])
    scripts.optionxform = str  # type: ignore[assignment, method-assign]
    scripts.read(site.glob("*.dist-info/entry_points.txt"), encoding="utf-8")
    port = tool.get("port", 8000)
    bind = tool.get("bind-variable", "BIND")
    state = f"/var/lib/{name}"
    environment = {bind: f"0.0.0.0:{port}"}
    if "state-dir-variable" in tool:
        environment[tool["state-dir-variable"]] = state
    return {
        "command": command,
        "entry_point": scripts["console_scripts"][command],
        "serve": tool.get("serve", ["serve"]),
        "health": tool.get("health", "/healthz"),
        "port": port,
        "state": state,
        "bind_variable": bind,
        "environment": environment,
    }


def add_bill(name: str) -> None:
    """What the image is made of (CycloneDX), where whoever builds it has written that down."""
    given = Path("/wheel/bill.json")
    if given.is_file():
        document = STAGE / "usr/share/doc" / name / f"{name}.cdx.json"
        document.parent.mkdir(parents=True)
        shutil.copyfile(given, document)


def add_user(name: str) -> None:
    """The base's users and one more, without a password or a shell; its folder is its home."""
    etc = STAGE / "etc"
    etc.mkdir()
    user = f"{name}:x:{USER}:{USER}:{name}:/var/lib/{name}:/usr/sbin/nologin\n"
    group = f"{name}:x:{USER}:\n"
    for file, line in (("passwd", user), ("group", group)):
        (etc / file).write_bytes(Path("/etc", file).read_bytes() + line.encode())
    state = STAGE / "var/lib" / name
    state.mkdir(parents=True)
    os.chown(state, USER, USER)
    state.chmod(0o700)


if __name__ == "__main__":
    os.umask(0o022)
    {"python": python, "tools": tools, "dependencies": dependencies, "app": app}[sys.argv[1]]()
