"""The manifests: what kustomize makes of them, against the schemas of three Kubernetes versions.

No cluster runs here, so what is tested is that they are valid, restricted, and name what is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from shipways.formats.compose import kubernetes, stack_files
from shipways.project import model
from shipways.project.model import Project
from shipways.util import command

ROOT = Path(__file__).parents[2]
IMAGES = stack_files.Images("board:1.0.0", "shipways/postgres:17.12", "shipways/nginx:1.26")
MAJOR, MINOR = map(int, kubernetes_validate.latest_version().split(".")[:2])
VERSIONS = [f"{MAJOR}.{MINOR - back}" for back in range(3)]
Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def sample() -> Project:
    return model.load(ROOT / "demoapp")


@pytest.fixture(scope="module")
def folder(sample: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("manifests")
    for name, content in kubernetes.files(sample, IMAGES).items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(content)
    return made / kubernetes.FOLDER


@pytest.fixture(scope="module")
def manifests(folder: Path) -> list[Manifest]:
    """The trial, as `kubectl apply -k` would send it."""
    return built(folder / "trial")


def built(folder: Path) -> list[Manifest]:
    command.require("kubectl", hint="apt-get install kubernetes-client")
    done = command.run(["kubectl", "kustomize", folder], timeout=60)
    return [found for found in yaml.safe_load_all(done.output) if found]


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    for manifest in manifests:
        template = manifest.get("spec", {}).get("template")
        if template:
            yield f"{manifest['kind']}/{manifest['metadata']['name']}", template["spec"]


def containers(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    for name, pod in pods(manifests):
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            yield f"{name}/{container['name']}", container


@pytest.mark.parametrize("version", VERSIONS)
def test_valid_by_schema(folder: Path, manifests: list[Manifest], version: str) -> None:
    for manifest in (*manifests, *built(folder / "base")):
        kubernetes_validate.validate(manifest, version, strict=True)


def test_every_kind_is_there(manifests: list[Manifest]) -> None:
    kinds = {manifest["kind"] for manifest in manifests}
    wanted = {"Deployment", "Service", "Ingress", "Job", "PodDisruptionBudget", "StatefulSet"}
    assert kinds == wanted | {"ConfigMap", "Namespace", "NetworkPolicy"}
    assert "Secret" not in kinds


def test_restricted_by_the_pod_security_standard(manifests: list[Manifest]) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""
    (namespace,) = (each for each in manifests if each["kind"] == "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for name, pod in pods(manifests):
        security = pod["securityContext"]
        assert security["runAsNonRoot"] is True and security["runAsUser"] > 0, name
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not pod.get("hostNetwork") and not pod.get("hostPID"), name
        kinds = {kind for volume in pod["volumes"] for kind in volume if kind != "name"}
        assert kinds <= {"emptyDir", "secret"}, name
        assert pod["automountServiceAccountToken"] is False, name
    for name, container in containers(manifests):
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False, name
        assert security["capabilities"] == {"drop": ["ALL"]}, name
        assert security["readOnlyRootFilesystem"] is True, name
        assert container["resources"]["limits"]["memory"], name


def test_probes(manifests: list[Manifest], sample: Project) -> None:
    found = dict(containers(manifests))
    web = found[f"Deployment/{sample.name}/web"]
    for probe in ("startupProbe", "readinessProbe"):
        assert web[probe]["httpGet"]["path"] == sample.tool.health
    assert "tcpSocket" in web["livenessProbe"]
    assert "exec" in found["StatefulSet/db/db"]["readinessProbe"]


def test_secrets_are_only_named(manifests: list[Manifest], sample: Project) -> None:
    secret = f"{sample.name}-secrets"
    for _, pod in pods(manifests):
        named = [volume["secret"] for volume in pod["volumes"] if "secret" in volume]
        assert {each["secretName"] for each in named} == {secret}
        keys = {item["key"] for each in named for item in each["items"]}
        assert keys <= {"database_password", "database_url", "secret_key"}
    for _, container in containers(manifests):
        assert all("PASSWORD" not in each["name"] or each["name"].endswith("_FILE")
                   for each in container.get("env", ()))  # fmt: skip


def test_selectors_find_the_pods(manifests: list[Manifest], sample: Project) -> None:
    (deployment,) = (each for each in manifests if each["kind"] == "Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"].items()
    for kind in ("Service", "PodDisruptionBudget"):
        (found,) = (
            each
            for each in manifests
            if each["kind"] == kind and each["metadata"]["name"] == sample.name
        )
        selector = found["spec"]["selector"]
        assert selector.get("matchLabels", selector).items() <= labels
    (job,) = (each for each in manifests if each["kind"] == "Job")
    web = deployment["spec"]["selector"]["matchLabels"].items()
    assert not web <= job["spec"]["template"]["metadata"]["labels"].items()


def test_images_are_the_stacks(manifests: list[Manifest]) -> None:
    assert {each["image"] for _, each in containers(manifests)} == {IMAGES.web, IMAGES.db}


def test_version_changes_with_the_job(sample: Project, manifests: list[Manifest]) -> None:
    (job,) = (each for each in manifests if each["kind"] == "Job")
    assert job["metadata"]["name"] == f"{sample.name}-migrate-{sample.version.replace('.', '-')}"


def test_readme_says_what_was_not_run(folder: Path) -> None:
    text = (folder / "README.md").read_text()
    assert "**not run**" in text
    assert "kind load image-archive" in text and "k3s ctr images import" in text
