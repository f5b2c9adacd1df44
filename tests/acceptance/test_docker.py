"""The image: what is in it layer by layer, that it runs without privileges, and what it costs."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from docker.errors import ImageNotFound
from docker.models.containers import Container

from shipways import __main__ as cli
from shipways.formats.base import Job, Options
from shipways.formats.docker import format as image_format
from shipways.formats.docker import oci_layout, platforms
from shipways.formats.docker.first_response import first_answer
from shipways.inputs.stages import Inputs
from shipways.machines import distributions, engine, image_cache
from shipways.project import model, source_tree
from shipways.util import cache
from shipways.util.command import Completed, run
from shipways.util.measure import sha256
from shipways.verify.later_versions import Versions
from tests.acceptance import bills, uploads

if TYPE_CHECKING:
    from tests.acceptance.conftest import Built

Registry = Callable[[Mapping[str, str]], AbstractContextManager[str]]
MEGABYTE = 1_000_000
WORLD_WRITABLE = {"tmp", "var/tmp"}
PROGRAMS = {"ldconfig", "python3", "python3.13", "demoapp"}
TOOLS = re.compile(r"(^|/)(apt|apt-get|dpkg-deb|pip3?|sh|bash|busybox|gcc|ld|make|git|curl|wget)$")
SECRET = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    rb"|(?:SECRET_KEY|PASSWORD|TOKEN)\s*=\s*['\"][A-Za-z0-9+/!@#$%^&*-]{16,}['\"]"
)
PASSWORD = "a-Long-passw0rd"
PORT = 18431


@pytest.fixture(scope="module")
def saved(built: Built, tmp_path_factory: pytest.TempPathFactory) -> oci_layout.Saved:
    """What the archive holds."""
    return oci_layout.read(built.artifact("docker"), tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="module")
def members(saved: oci_layout.Saved) -> list[tuple[tarfile.TarInfo, bytes]]:
    """Every file of every layer with its content."""
    found = []
    for layer in saved.layers:
        with tarfile.open(layer) as archive:
            for info in archive:
                file = archive.extractfile(info) if info.isreg() else None
                found.append((info, file.read() if file else b""))
    return found


@pytest.fixture
def volume() -> Iterator[str]:
    made = engine.client().volumes.create(labels=engine.labels())
    yield made.name
    made.remove(force=True)


@contextmanager
def started(built: Built, volume: str, *words: str, **more: Any) -> Iterator[Container]:
    """A container with the rights that the start step gives it."""
    container = engine.client().containers.create(
        image_format.image_name(built.project),
        list(words) or None,
        labels=engine.labels(),
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        ports={"8000/tcp": ("127.0.0.1", PORT)},
        volumes={volume: {"bind": built.project.state_dir, "mode": "rw"}},
        **more,
    )
    try:
        container.start()
        yield container
    finally:
        container.remove(force=True)


class HttpClient:
    """A browser's part: cookies and forms."""

    def __init__(self) -> None:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)
        self.base = f"http://localhost:{PORT}"

    def get(self, path: str) -> str:
        with self._opener.open(f"{self.base}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    def wait(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.get("/healthz")
                return
            except OSError:
                assert time.monotonic() < deadline, "no answer"
                time.sleep(0.1)

    def submit(self, path: str, **fields: str) -> str:
        form = self.get(path)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert found
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": found.group(1), **fields}).encode()
        request = urllib.request.Request(f"{self.base}{path}", data, {"Referer": self.base})
        with self._opener.open(request, timeout=10) as answer:
            return str(answer.read().decode())

    def log_in(self) -> None:
        page = self.submit("/admin/login/?next=/", username="ada", password=PASSWORD)
        assert "ada" in page


def command(container: Container, *words: str, **environment: str) -> str:
    """Run one in the container; fails when it does."""
    status, output = container.exec_run(["demoapp", *words], environment=environment)
    assert status == 0, output
    assert isinstance(output, bytes)
    return output.decode()


def test_sizes(built: Built) -> None:
    file = built.record("docker").artifacts[0]
    assert file.path == "demoapp-1.0.0-image.tar.gz"
    assert file.bytes <= 30 * MEGABYTE
    assert file.installed_bytes is not None
    assert file.installed_bytes <= 85 * MEGABYTE


def test_two_builds_give_the_same_bytes(built: Built, tmp_path: Path) -> None:
    """Neither takes anything from a cache, so BuildKit's own layers differ: in their times."""
    record = built.record("docker")
    assert record.build.reproducible is True
    (tmp_path / "inputs").mkdir()
    inputs = Inputs(
        project=built.project,
        epoch=source_tree.epoch(built.project.root),
        cache=tmp_path / "cache",
        work=tmp_path / "inputs",
        logs=tmp_path / "logs",
        commit=source_tree.commit(built.project.root),
    )
    again = image_format.build(Job(built.project, inputs, tmp_path, tmp_path / "logs", cold=True))
    assert sha256(again.paths[0]) == record.artifacts[0].sha256


def test_for_another_processor(built: Built, tmp_path: Path) -> None:
    """It serves under emulation; a machine that has none says which command brings it."""
    foreign, here = ("arm64", "x86_64"), "amd64"
    if engine.architecture() == "arm64":
        foreign, here = ("amd64", "aarch64"), "arm64"
    (tmp_path / "inputs").mkdir()
    inputs = Inputs(
        project=built.project,
        epoch=source_tree.epoch(built.project.root),
        cache=tmp_path / "cache",
        work=tmp_path / "inputs",
        logs=tmp_path / "logs",
    )
    options = Options(platform=f"linux/{foreign[0]},linux/{here}")
    name = f"shipways/foreign:{os.getpid()}"
    job = Job(built.project, inputs, tmp_path, tmp_path / "logs", options)
    made, skipped = platforms.archives(job, name, tmp_path / "image.tar.gz")
    if not made:
        assert "qemu-user-static" in skipped[0]
        return
    (archive,) = made
    saved = oci_layout.read(archive, tmp_path / "foreign")
    assert saved.config["architecture"] == foreign[0]
    for layer in saved.layers:
        with tarfile.open(layer) as content:
            assert not [member for member in content.getnames() if foreign[1] in member]
    run(["docker", "load", "-i", archive], timeout=120)
    try:
        seconds = first_answer(name, built.project).seconds
        print(f"\n{foreign[0]}, emulated: first answer after {seconds:.0f} s")
    finally:
        engine.client().images.remove(name, force=True)


def test_linters_find_nothing(built: Built) -> None:
    lint = built.record("docker").lint
    assert [(entry.tool, entry.errors, entry.warnings) for entry in lint] == [("hadolint", 0, 0)]


def test_no_privileged_and_no_open_file(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    for info, _ in members:
        assert not (info.mode & 0o6000), f"{info.name} is setuid or setgid"
        if not info.issym() and info.name not in WORLD_WRITABLE:
            assert not (info.mode & 0o002), f"everybody may write {info.name}"
        assert info.isreg() or info.isdir() or info.issym() or info.islnk(), info.name


def test_what_a_wheel_says_is_executable_is_so(
    members: list[tuple[tarfile.TarInfo, bytes]],
) -> None:
    """Django's wheel says so of one file, which `django-admin startproject` copies."""
    found = {
        info.name.rpartition("/")[2]: info.mode & 0o777
        for info, _ in members
        if info.isreg() and info.name.startswith("app/dependencies/django/conf/project_template/")
    }
    assert found["manage.py-tpl"] == 0o755


def test_no_shell_and_no_build_tool(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    names = {info.name for info, _ in members}
    programs = {
        info.name
        for info, _ in members
        if not info.isdir() and re.match(r"(usr/)?(local/)?s?bin/|usr/local/s?bin/", info.name)
    }
    assert {name.rpartition("/")[2] for name in programs} <= PROGRAMS
    assert not [name for name in names if TOOLS.search(name)]
    assert not [name for name in names if re.search(r"/(pip|setuptools|wheel)/__init__\.py$", name)]


def test_no_secret_in_any_layer_or_in_the_history(
    saved: oci_layout.Saved, members: list[tuple[tarfile.TarInfo, bytes]]
) -> None:
    for info, content in members:
        assert not SECRET.search(content), info.name
        assert not info.name.endswith((".env", "secret_key", ".git", "id_rsa", ".netrc")), info.name
    told = json.dumps([saved.config["history"], saved.config["config"]])
    assert not re.search(r"(?i)secret|password|token", told)


def test_nothing_of_the_builder(
    built: Built, members: list[tuple[tarfile.TarInfo, bytes]], saved: oci_layout.Saved
) -> None:
    traces = (
        str(built.dist).encode(),
        str(built.project.root).encode(),
        b"/stage/",
        b"/wheelhouse",
    )
    for info, content in members:
        assert not any(trace in content for trace in traces if info.name != "app/launch.py"), (
            info.name
        )
        assert (info.uname, info.gname) == ("", "")
    assert not set(saved.config["config"]["Labels"]) & {engine.LABEL, engine.ROLE_LABEL}


def test_no_file_is_newer_than_the_commit(built: Built, saved: oci_layout.Saved) -> None:
    epoch = source_tree.epoch(built.project.root)
    for layer in saved.layers[-3:]:  # the base has its packages' times
        with tarfile.open(layer) as archive:
            assert max(int(info.mtime) for info in archive) <= epoch


def test_licences_and_package_records_are_there(
    members: list[tuple[tarfile.TarInfo, bytes]],
) -> None:
    names = {info.name for info, _ in members}
    records = {name.rpartition("/")[2] for name in names if "/dpkg/status.d/" in name}
    assert {"libc6", "libssl3t64", "python3.13-minimal", "libpq5"} <= records
    documented = {name.split("/")[3] for name in names if name.startswith("usr/share/doc/")}
    assert records <= documented | {"libpython3.13-stdlib"}  # whose folder is another's


def test_bill_names_every_wheel_and_every_package_of_the_base(
    built: Built, members: list[tuple[tarfile.TarInfo, bytes]]
) -> None:
    name = built.project.name
    content = {info.name: text for info, text in members}
    inside = content[f"usr/share/doc/{name}/{name}.cdx.json"]
    sbom = bills.same(inside, built.sbom("docker"), built.project)
    bills.check_lock(sbom, built.project)
    records = [text.decode() for path, text in content.items() if "/dpkg/status.d/" in path]
    fields = [dict(re.findall(r"^(\w+): (.*)$", text, re.MULTILINE)) for text in records]
    named = bills.parts(sbom, "deb")
    assert {(part["name"], part["version"]) for part in named.values()} == {
        (one["Package"], one["Version"]) for one in fields if one
    }
    assert len(named) > 25
    ssl = named["libssl3t64"]["purl"]
    assert "arch=" in ssl and "distro=debian-13" in ssl and "upstream=openssl" in ssl


def test_configuration(saved: oci_layout.Saved) -> None:
    config = saved.config["config"]
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"] == ["python3", "-I", "/app/launch.py"]
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert config["Volumes"] == {"/var/lib/demoapp": {}}
    assert config["ExposedPorts"] == {"8000/tcp": {}}
    labels = config["Labels"]
    for key in ("title", "version", "description", "licenses", "url", "authors"):
        assert labels[f"org.opencontainers.image.{key}"]


def test_loads_on_an_engine_without_it(built: Built) -> None:
    name = image_format.image_name(built.project)
    archive = built.artifact("docker")
    before = engine.client().images.get(name).id
    engine.client().images.remove(name, force=True)
    with pytest.raises(ImageNotFound):
        engine.client().images.get(name)
    run(["docker", "load", "-i", archive], timeout=120)
    assert engine.client().images.get(name).id == before


def test_serves_without_privileges_and_keeps_its_data(built: Built, volume: str) -> None:
    client = HttpClient()
    with started(built, volume) as container:
        client.wait()
        about = json.loads(client.get("/about?format=json"))
        assert (about["format"], about["user"]) == ("docker", "demoapp")
        make = ("createsuperuser", "--noinput", "--username=ada", "--email=ada@example.org")
        command(container, *make, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        client.log_in()
        client.submit("/notes/new/", title="Kept in the volume", body="as it should be")
        assert "Kept in the volume" in client.get("/")
        stylesheet = re.search(r'href="(/static/[^"]+\.css)"', client.get("/"))
        assert stylesheet
        assert client.get(stylesheet.group(1))
        assert "no issues" in command(container, "check", "--deploy")
    with started(built, volume):  # the session holds: the secret key is in the volume as well
        client.wait()
        assert "Kept in the volume" in client.get("/")
        assert "ada" in client.get("/")


def test_uploads_go_to_the_volume_and_not_into_memory(built: Built, volume: str) -> None:
    """Whether there is no other place to write, or one that is memory."""
    for tmpfs in ({}, {"/tmp": ""}):
        with started(built, volume, mem_limit="256m", memswap_limit="256m", tmpfs=tmpfs) as site:
            HttpClient().wait()
            found = uploads.storm(PORT, "/notes/new/", "/healthz")
            assert found["during"] == [200] * 5, found
            assert (found["at_limit"], found["over"]) == (403, 413)
            assert found["at_once"] == [403] * 4
            site.reload()
            assert site.status == "running"
            assert not site.attrs["State"]["OOMKilled"]


def test_becomes_healthy_and_ends_cleanly(built: Built, volume: str) -> None:
    with started(built, volume) as container:
        deadline = time.monotonic() + 60
        while container.health != "healthy":
            assert time.monotonic() < deadline, container.logs()
            time.sleep(0.2)
            container.reload()
        began = time.monotonic()
        container.stop(timeout=10)
        assert time.monotonic() - began < 9
        assert container.wait()["StatusCode"] == 0


def test_ends_while_it_starts(built: Built, volume: str) -> None:
    """The first process of a container hears only the signals that it has handlers for."""
    words = ("shell", "--command", "import time; print('here', flush=True); time.sleep(60)")
    with started(built, volume, *words) as container:
        while b"here" not in container.logs():
            time.sleep(0.1)
        began = time.monotonic()
        container.stop(timeout=20)
        assert time.monotonic() - began < 5
        assert container.wait()["StatusCode"] == 143


def test_is_unhealthy_without_a_server(built: Built, volume: str) -> None:
    with started(built, volume, "--health") as container:
        assert container.wait()["StatusCode"] == 1


def test_management_command_in_a_container_of_its_own(built: Built, volume: str) -> None:
    with started(built, volume, "migrate", "--noinput") as container:
        assert container.wait()["StatusCode"] == 0, container.logs()
    with started(built, volume, "showmigrations", "board") as container:
        assert container.wait()["StatusCode"] == 0
        assert b"[X] 0001_initial" in container.logs()


def test_libraries_of_the_base(built: Built, volume: str) -> None:
    """What psycopg, HTTPS, time zones and the standard library's compiled parts reach."""
    code = (
        "import bz2, ctypes.util, decimal, lzma, sqlite3, ssl, uuid, zlib, zoneinfo, psycopg;"
        "assert ctypes.util.find_library('pq');"
        "assert len(ssl.create_default_context().get_ca_certs()) > 100;"
        "zoneinfo.ZoneInfo('Europe/Berlin')"
    )
    with started(built, volume, "shell", "--command", code) as container:
        assert container.wait()["StatusCode"] == 0, container.logs()


def test_one_changed_line_sends_little(
    built: Built, copy_of_sample: Callable[[], Path], tmp_path: Path, saved: oci_layout.Saved
) -> None:
    """A server that has the previous image receives the app's layer, compressed, and no other."""
    changed = copy_of_sample()
    pyproject = changed / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('version = "1.0.0"', 'version = "1.0.1"'))
    init = changed / "demoapp" / "__init__.py"
    init.write_text(init.read_text().replace('"1.0.0"', '"1.0.1"'))
    name = image_format.image_name(model.load(changed))
    try:
        assert (
            cli.main(["build", "docker", "--project", str(changed), "--dist", str(tmp_path)]) == 0
        )
        other = oci_layout.read(tmp_path / "demoapp-1.0.1-image.tar.gz", tmp_path / "image")
        before, after = (image.config["rootfs"]["diff_ids"] for image in (saved, other))
        assert after[:-1] == before[:-1]
        assert after[-1] != before[-1]
        sent = oci_layout.finish(other.layers[-1], None, tmp_path / "sent")
        assert sent.packed_size < 100_000
    finally:
        engine.client().images.remove(name, force=True)
    assert built.record("docker").status == "ok"


def of_others(name: str, folder: Path) -> str:
    """The id of an image that nothing here has made, under this name."""
    (folder / "foreign").mkdir()
    (folder / "foreign" / name.replace(":", "-")).write_text(name)
    with tarfile.open(folder / "foreign.tar", "w") as archive:
        archive.add(folder / "foreign", "foreign")
    shutil.rmtree(folder / "foreign")
    engine.import_image(folder / "foreign.tar", name, [])
    return str(engine.client().images.get(name).id)


def test_stopped_in_the_middle_of_a_step_and_then_over_an_image_of_others(
    copy_of_sample: Callable[[], Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends the step in the engine as well; the next build works, and takes nobody's name."""
    root, scratch, dist = copy_of_sample(), tmp_path / "tmp", tmp_path / "dist"
    scratch.mkdir()
    version = f"1.0.{os.getpid()}"  # a name of this test's own
    pyproject = root / "pyproject.toml"
    text = pyproject.read_text().replace('version = "1.0.0"', f'version = "{version}"')
    pyproject.write_text(text)
    arguments = ["build", "docker", "--project", str(root), "--dist", str(dist)]
    name, later = (image_format.image_name(model.load(root)), f"demoapp:1.0.{os.getpid() + 1}")
    foreign = {each: of_others(each, tmp_path) for each in (name, later)}
    try:
        _stop(arguments, scratch, dist)
        assert engine.client().images.get(name).id == foreign[name]
        capfd.readouterr()
        assert cli.main(arguments) == 0
        assert f"{name} was an image that was not made here; it is " in capfd.readouterr().err
        assert engine.client().images.get(name).id != foreign[name]
        spare = f"{name}-{foreign[name].removeprefix('sha256:')[:12]}"
        assert engine.client().images.get(spare).id == foreign[name]
        versions = Versions(model.load(root), tmp_path / "versions", cache.folder())
        assert versions.make(image_format.FORMAT, "next").file.is_file()
        assert engine.client().images.get(later).id == foreign[later]
    finally:
        for each in (name, later, *foreign.values()):
            with contextlib.suppress(ImageNotFound):
                engine.client().images.remove(each, force=True)


def _stop(arguments: list[str], scratch: Path, dist: Path) -> None:
    """Press Ctrl-C while a step of the image runs; nothing of the build is left."""
    environment = {**os.environ, "TMPDIR": str(scratch)}
    argv = [sys.executable, "-m", "shipways", *arguments]
    process = subprocess.Popen(argv, stderr=subprocess.PIPE, env=environment)
    log, limit = dist / "logs" / "docker" / "build.log", time.monotonic() + 120
    while not (log.is_file() and re.search(r"RUN .*stage\.py", log.read_text()) and _steps()):
        assert process.poll() is None and time.monotonic() < limit
        time.sleep(0.05)
    running, began = _steps(), time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    print(f"\nstopped within {time.monotonic() - began:.1f} s")
    assert time.monotonic() - began < 20
    assert process.returncode == 130, errors
    assert b"Traceback" not in errors
    assert b"Stopped; dist/ keeps what it had." in errors
    while running & _steps() or list(scratch.iterdir()):
        assert time.monotonic() - began < 60, (running & _steps(), list(scratch.iterdir()))
        time.sleep(0.1)
    assert not list(dist.glob(".work-*"))


def _steps() -> set[str]:
    """Ids of the processes that stage an image, here or for somebody else."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if b"/recipe/stage.py" in path.read_bytes():
                found.add(path.parent.name)
    return found


def test_bases_are_compared(
    built: Built, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """python:3.13-slim comes from a registry: here one that offers what has the same in it."""
    played = image_cache.ensure("debian:13", "archive", packages=("python3", "python3-pip"))
    places = ["--project", str(built.project.root), "--dist", str(built.dist)]
    built.record("docker")
    with registry({"python:3.13-slim": played.ref}) as address:
        monkeypatch.setenv(distributions.REGISTRY_VARIABLE, address)
        assert cli.main(["build", "docker", "--compare-bases", *places]) == 0
    engine.client().images.remove(f"{address}/python:3.13-slim", force=True)
    assert not engine.client().images.list("shipways/compared")
    compared = built.record("docker").bases
    assert {name: base.status for name, base in compared.items()} == dict.fromkeys(compared, "ok")
    minimal, bare = compared["minimal"], compared["minimal-no-bytecode"]
    python, debian = compared["python"], compared["debian"]
    assert minimal.default
    assert (minimal.shell, minimal.package_manager, minimal.pip) == (False, False, False)
    assert (python.shell, python.package_manager, python.pip) == (True, True, True)
    assert (debian.shell, debian.package_manager, debian.pip) == (True, True, False)
    for base in compared.values():
        assert base.update_bytes is not None
        assert base.update_bytes < 100_000
        assert len(base.first_response_runs) == 3
    assert bare.artifact_bytes
    assert bare.artifact_bytes <= 22 * MEGABYTE
    assert bare.disk_bytes
    assert bare.disk_bytes <= 65 * MEGABYTE
    assert bare.cpu_s
    assert minimal.cpu_s
    assert bare.cpu_s > minimal.cpu_s
    assert "its bases compared" in (built.dist / "report.md").read_text()


def test_steps_as_they_are_typed(built: Built, tmp_path: Path) -> None:
    """Install, start, remove and purge, with names and a port of this test's own."""
    (tmp_path / built.artifact("docker").name).symlink_to(built.artifact("docker"))

    def typed(phase: str) -> list[Completed]:
        lines = [s.command for s in image_format.FORMAT.printed(built.project) if s.phase == phase]
        own = (
            line.replace("--name demoapp", f"--name shipways-test --label {label}")
            .replace("rm -f demoapp", "rm -f shipways-test")
            .replace("demoapp-data", "shipways-test-data")
            .replace("-p 8000:", f"-p 127.0.0.1:{PORT}:")
            for line in lines
            if "image rm" not in line
        )
        return [run(shlex.split(line), timeout=120, cwd=tmp_path) for line in own]

    label = "=".join(next(iter(engine.labels().items())))
    try:
        typed("install")
        typed("start")
        HttpClient().wait()
    finally:
        typed("remove")
        typed("purge")
