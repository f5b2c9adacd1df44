"""The stack's files: what they say of a project, without an engine."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import tarfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from shipways.errors import BuildError
from shipways.formats.base import Job
from shipways.formats.compose import dist_folder, images_archive, service_images, stack_files
from shipways.formats.compose import format as compose
from shipways.formats.compose.images_archive import Packed
from shipways.formats.compose.service_images import ServiceImage
from shipways.formats.docker import buildx, image_archive, image_packages, oci_layout
from shipways.formats.step import PHASES
from shipways.inputs.sbom import SystemPackage
from shipways.inputs.wheelhouse import Wheelhouse
from shipways.machines import distributions
from shipways.machines.image_cache import Image
from shipways.project import model
from shipways.project.model import Project
from shipways.util import templates

IMAGES = stack_files.Images("notes-app:1.2.0", "shipways/postgres:17.9", "shipways/nginx:1.26")
SETTINGS = """
[[tool.shipways.environment]]
name = "DATABASE_URL"
help = "Where the database is."
"""
WITH_FILES = (
    SETTINGS
    + """
[[tool.shipways.environment]]
name = "DATABASE_URL_FILE"
help = "A file to read it from."

[[tool.shipways.environment]]
name = "NOTES_SECRET_KEY_FILE"
help = "A file with the key."

[[tool.shipways.environment]]
name = "NOTES_STATIC_ROOT"
help = "Folder of the static files."

[[tool.shipways.environment]]
name = "NOTES_TRUST_PROXY"
default = "false"
help = "Believe X-Forwarded-Proto."
"""
)


def shipped(notes: Path, settings: str) -> Project:
    path = notes / "pyproject.toml"
    path.write_text(path.read_text("utf-8") + settings, "utf-8")
    return model.load(notes)


@pytest.fixture
def files(notes: Path) -> dict[str, str]:
    found = compose.folder_files(shipped(notes, WITH_FILES), IMAGES)
    return {name: content.decode() for name, content in found.items()}


def test_a_project_without_a_database_url_is_told_so(notes: Path) -> None:
    with pytest.raises(BuildError, match="DATABASE_URL"):
        stack_files.roles(model.load(notes))


def test_a_setting_that_the_stack_has_itself_is_refused(notes: Path) -> None:
    told = WITH_FILES + '[[tool.shipways.environment]]\nname = "PUBLISH"\nhelp = "What."\n'
    with pytest.raises(BuildError, match=r"PUBLISH is a setting of notes-app and of the stack"):
        stack_files.roles(shipped(notes, told))


@pytest.mark.parametrize(("name", "database"), [("a-b", "a_b"), ("pg-stat", "app_pg_stat")])
def test_names_of_databases(name: str, database: str) -> None:
    assert stack_files.database_name(cast(Project, SimpleNamespace(name=name))) == database


def test_secrets_come_as_files(files: dict[str, str]) -> None:
    text = files["compose.yaml"]
    assert "DATABASE_URL_FILE: /run/secrets/database_url" in text
    assert "NOTES_SECRET_KEY_FILE: /run/secrets/secret_key" in text
    assert "env_file" not in text
    assert "keep database_url" in files["make-secrets.sh"]


def test_secrets_without_a_file_variant_come_by_an_env_file(notes: Path) -> None:
    found = compose.folder_files(shipped(notes, SETTINGS), IMAGES)
    assert b"env_file: [secrets/web.env]" in found["compose.yaml"]
    script = found["make-secrets.sh"].decode()
    assert "printf 'DATABASE_URL=%s\\n' \"$url\"" in script
    assert "keep web.env" in script and "keep database_url" not in script


def test_only_the_proxy_has_ports(files: dict[str, str]) -> None:
    assert files["compose.yaml"].count("    ports:") == 1
    proxy = files["compose.yaml"].partition("  proxy:\n")[2]
    assert 'ports: ["${PUBLISH:-127.0.0.1:8000}:8000"]' in proxy
    assert "inside: {internal: true}" in files["compose.yaml"]


def test_static_files_go_from_the_app_to_the_proxy(files: dict[str, str]) -> None:
    text = files["compose.yaml"]
    assert "NOTES_STATIC_ROOT: /srv/static" in text
    assert "NOTES_STATIC_ROOT: /var/lib/notes-app/static" in text
    assert text.count("source: static, target: /srv, read_only: true") == 2
    assert "location /static/ {" in files["proxy/nginx.conf"]


def test_without_a_static_root_the_app_serves_them(notes: Path) -> None:
    found = compose.folder_files(shipped(notes, SETTINGS), IMAGES)
    assert b"collectstatic" not in found["compose.yaml"]
    assert b"source: static" not in found["compose.yaml"]
    assert b"/srv" not in found["proxy/nginx.conf"]


def test_every_setting_is_explained(files: dict[str, str]) -> None:
    explained = set(re.findall(r"^#([A-Z_]+)=", files[".env.example"], re.MULTILINE))
    used = set(re.findall(r"\$\{([A-Z_]+)", files["compose.yaml"]))
    passed = set(re.findall(r"^ {4,6}([A-Z_]+):$", files["compose.yaml"], re.MULTILINE))
    assert used <= explained
    assert passed <= explained
    assert "NOTES_HOSTS" in passed
    assert "NOTES_BIND" not in explained  # the stack's own business


def test_values_shown_are_the_defaults(files: dict[str, str]) -> None:
    shown = dict(re.findall(r"^#([A-Z_]+)=(.*)$", files[".env.example"], re.MULTILINE))
    used = re.findall(r"\$\{([A-Z_]+):-([^}]*)\}", files["compose.yaml"])
    assert {name: shown[name] for name, _ in used} == dict(used)


def test_every_service_is_locked_down(files: dict[str, str]) -> None:
    services = files["compose.yaml"].partition("\nservices:\n")[2].partition("\nnetworks:\n")[0]
    blocks = re.split(r"\n  (?=[a-z]+:\n)", f"\n{services}")[1:]
    assert len(blocks) == 5
    for block in blocks:
        assert "<<: *service" in block or "<<: *app" in block
        assert "resources: {limits:" in block or "deploy: *small" in block
        assert "healthcheck:" in block or block.startswith("web:")  # the image has one


def mib(text: str) -> int:
    return int(text.removesuffix("m"))


def test_nothing_that_visitors_send_is_kept_in_memory(files: dict[str, str]) -> None:
    """Files in a tmpfs count as the container's memory (tmpfs(5)); all of them have a size."""
    for stack, name in (("compose.yaml", "nginx.conf"), ("swarm.yaml", "swarm.conf")):
        proxy = files[f"proxy/{name}"]
        held = dict(re.findall(r"^ +(\w+_temp_path) (\S+);", proxy, re.MULTILINE))
        assert held["client_body_temp_path"].startswith("/var/tmp/")
        assert held["proxy_temp_path"].startswith("/var/tmp/")
        assert "      - uploads:/var/tmp" in files[stack]
        assert "\n  uploads:" in files[stack].partition("\nvolumes:\n")[2]
    assert 'tmpfs: ["/tmp:size=1m"]' in files["compose.yaml"]
    assert 'tmpfs: ["/tmp:size=64m"]' in files["compose.yaml"]
    swarm = files["swarm.yaml"]
    sizes = list(map(int, re.findall(r"target: /tmp, tmpfs: {size: (\d+)}", swarm)))
    assert sizes == [64 << 20, 1 << 20]


def test_limits_of_the_proxy_fit_its_memory(files: dict[str, str]) -> None:
    """The most that its connections can hold in memory, by nginx's own figures."""
    text = files["proxy/nginx.conf"]
    workers, each = (
        int(re.findall(rf"{name} (\d+);", text)[0])
        for name in ("worker_processes", "worker_connections")
    )
    requests = workers * each // 2  # each has a connection to the app as well
    headers, body, answer, rest = 4 * 8, 16, 8 * 4 + 4, 8  # KiB
    memory = mib(re.findall(r"PROXY_MEMORY:-(\d+m)", files["compose.yaml"])[0])
    assert "client_body_buffer_size 16k;" in text
    assert requests * (headers + body + answer + rest) / 1024 < memory


def test_no_secret_is_in_the_archive(files: dict[str, str]) -> None:
    assert not [name for name in files if name.startswith("secrets/") or name == ".env"]


def test_instructions_are_the_steps(files: dict[str, str], notes: Path) -> None:
    shipped_project = model.load(notes)
    for step in compose.FORMAT.printed(shipped_project):
        assert f"{step.command}  # {step.why}" in files["INSTALL.md"]
    assert compose.backup(shipped_project) in files["INSTALL.md"]
    assert compose.restore(shipped_project) in files["INSTALL.md"]


def test_steps_keep_their_order(notes: Path) -> None:
    phases = [PHASES.index(step.phase) for step in compose.FORMAT.printed(model.load(notes))]
    assert phases == sorted(phases)


def test_the_proxy_knows_copies_by_their_version(files: dict[str, str]) -> None:
    assert "inside: {aliases: [app-1-2-0]}" in files["compose.yaml"]
    assert "set $backend app-1-2-0;" in files["proxy/nginx.conf"]
    assert "set $backend web;" in files["proxy/swarm.conf"]


def test_swarm_copies_serve_their_static_files(files: dict[str, str]) -> None:
    assert "NOTES_STATIC_ROOT" not in files["swarm.yaml"]
    assert "mode: host" in files["swarm.yaml"]
    assert "SHIPWAYS_FORMAT: swarm" in files["swarm.yaml"]


def test_kubernetes_files_are_manifests_only(files: dict[str, str]) -> None:
    names = {name for name in files if name.startswith("kubernetes/")}
    assert "kubernetes/base/kustomization.yaml" in names
    assert not [name for name in names if "pod.yaml" in name]
    assert not [name for name in names if "{{" in files[name] or "{%" in files[name]]


@pytest.mark.parametrize("version", ["1!1.2.0+local.1", f"1.2.0+{'g1f2' * 30}"])
def test_a_version_fits_where_kubernetes_and_hosts_have_it(notes: Path, version: str) -> None:
    found = replace(shipped(notes, WITH_FILES), version=version)
    files = {name: text.decode() for name, text in compose.folder_files(found, IMAGES).items()}
    kustomization = yaml.safe_load(files["kubernetes/base/kustomization.yaml"])
    labels = next(each["pairs"] for each in kustomization["labels"] if "includeTemplates" in each)
    job = yaml.safe_load(files["kubernetes/base/migrate.yaml"])["metadata"]["name"]
    aliases = re.findall(r"aliases: \[(app-.*)\]", files["compose.yaml"])
    assert re.fullmatch(r"[\w.-]{1,63}", labels["app.kubernetes.io/version"])
    assert re.fullmatch(r"notes-app-migrate-[a-z0-9-]{1,45}", job)
    assert re.fullmatch(r"app-[a-z0-9-]{1,59}", *aliases)


def test_images_in_one_archive(tmp_path: Path) -> None:
    """Layers that images share are in it once, and the same images give the same bytes."""
    layers = [packed_layer(tmp_path, text) for text in (b"one" * 200, b"two" * 200)]
    config: oci_layout.Config = {"config": {}, "rootfs": {"type": "layers"}}
    images = [
        Packed("notes:1.0", config, tuple(layers)),
        Packed("shipways/postgres:17", {**config, "os": "linux"}, tuple(layers[:1])),
    ]
    first, second = tmp_path / "first.tar.gz", tmp_path / "second.tar.gz"
    images_archive.write(first, images, 1_700_000_000)
    images_archive.write(second, images, 1_700_000_000)
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as archive:
        names = archive.getnames()
        manifest = json.loads(archive.extractfile("manifest.json").read())  # type: ignore[union-attr]
    assert len(names) == len(set(names))
    assert [each["RepoTags"] for each in manifest] == [["notes:1.0"], ["shipways/postgres:17"]]
    assert {layer for each in manifest for layer in each["Layers"]} <= set(names)


def packed_layer(folder: Path, content: bytes) -> oci_layout.Layer:
    from hashlib import sha256

    digest = sha256(content).hexdigest()
    path = folder / f"{digest}.gz"
    path.write_bytes(gzip.compress(content, mtime=0))
    return oci_layout.Layer(f"sha256:{digest}", len(content), path)


def test_another_s_image_stays_the_same_image(tmp_path: Path) -> None:
    """Its id is the digest of its configuration as it was written, spaces and order included."""
    stated = b'{"os": "linux",  "config": {"Cmd": ["x"]}, "rootfs": {"diff_ids": []}}'
    images_archive.write(tmp_path / "images.tar.gz", [Packed("postgres:17", stated, ())], 7)
    with tarfile.open(tmp_path / "images.tar.gz") as archive:
        file = archive.extractfile("manifest.json")
        assert file
        (manifest,) = json.loads(file.read())
    assert manifest["Config"] == f"blobs/sha256/{hashlib.sha256(stated).hexdigest()}"


@pytest.mark.parametrize("service", [service_images.POSTGRES, service_images.PROXY])
def test_recipes_of_service_images_are_there(service: service_images.Service) -> None:
    assert service_images._rules(service).is_file()
    assert all(templates.path(name).is_file() for name in service.files.values())


def test_version_of_a_service_image(tmp_path: Path) -> None:
    control = tmp_path / "postgresql-17.control"
    control.write_text("Package: postgresql-17\nVersion: 1:17.9-0+deb13u1\n")
    assert service_images._version(control) == "17.9-0+deb13u1"


def test_a_registry_that_answers_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributions, "pulled", lambda name: True)
    found = service_images.ensure(service_images.POSTGRES, "auto")
    assert found == service_images.ServiceImage("postgres:17", "postgres:17", "registry")


def test_a_registry_that_is_asked_for_has_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributions, "pulled", lambda name: False)
    with pytest.raises(BuildError, match="nginx"):
        service_images.ensure(service_images.PROXY, "registry")


def test_folders_of_a_service_image_have_their_owners(tmp_path: Path) -> None:
    tar = tmp_path / "image.tar"
    with tarfile.open(tar, "w"):
        pass
    service_images._add_owned(service_images.POSTGRES, tar, 1_700_000_000)
    with tarfile.open(tar) as archive:
        data = archive.getmember("var/lib/postgresql/data")
    assert (data.uid, data.gid, data.mode, data.mtime) == (999, 999, 0o700, 1_700_000_000)


def test_the_folder_keeps_what_its_user_has_made(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = fake_job(shipped(notes, WITH_FILES), tmp_path)
    folder = tmp_path / "dist" / "compose"
    (folder / "secrets").mkdir(parents=True)
    (folder / "build" / "wheel").mkdir(parents=True)
    for name in (".env", "secrets/secret_key", "build/wheel/notes_app-1.1.0-py3-none-any.whl"):
        (folder / name).write_text("mine")
    monkeypatch.setattr(buildx, "wheelhouse", lambda job: Path("/cache/wheelhouse"))
    monkeypatch.setattr(buildx, "pip_package", lambda: Path("/venv/pip"))
    base = Image("base:1", "runtime", "archive", "Debian")
    files = {"compose.yaml": b"services: {}\n"}
    assert dist_folder.publish(job, files, base, IMAGES) == folder
    assert (folder / ".env").read_text() == (folder / "secrets/secret_key").read_text() == "mine"
    wheels = [path.name for path in (folder / "build/wheel").glob("*.whl")]
    assert wheels == ["notes_app-1.2.0-py3-none-any.whl"]
    override = (folder / "compose.override.yaml").read_text()
    assert "BASE: base:1" in override and "wheelhouse: /cache/wheelhouse" in override


def test_the_bill_names_every_image_with_its_packages(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = fake_job(shipped(notes, WITH_FILES), tmp_path)
    base = Image("base:1", "runtime", "archive", "Debian")
    monkeypatch.setattr(image_archive, "base_image", lambda job: base)
    monkeypatch.setattr(
        image_packages, "installed", lambda ref: (SystemPackage(f"of-{ref[:4]}", "1"),)
    )
    others = [ServiceImage("shipways/nginx:1.26", "ngin-ref", "archive")]
    found = json.loads(compose._sbom(job, others))
    graph = {entry["ref"]: entry.get("dependsOn") for entry in found["dependencies"]}
    assert graph["notes-app"] == ["image:notes-app:1.2.0", "image:shipways/nginx:1.26"]
    assert graph["image:notes-app:1.2.0"] == ["pkg:deb/debian/of-base@1"]
    assert graph["image:shipways/nginx:1.26"] == ["pkg:deb/debian/of-ngin@1"]


def fake_job(shipped_project: Project, folder: Path) -> Job:
    work = folder / "work"
    (work / "wheel").mkdir(parents=True)
    (work / "wheel" / "notes_app-1.2.0-py3-none-any.whl").write_bytes(b"wheel")
    inputs: Any = SimpleNamespace(
        epoch=1_700_000_000, image_wheelhouse=(), image_house=Wheelhouse((), "", ())
    )
    return Job(shipped_project, inputs, work, folder / "dist" / "logs" / "compose")
