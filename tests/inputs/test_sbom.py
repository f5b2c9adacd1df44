"""The bill of materials: valid CycloneDX, all parts named, the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from shipways.inputs import sbom
from shipways.inputs.sbom import SystemPackage
from shipways.project import model
from shipways.project.pin import Pin
from shipways.util.measure import sha256
from tests.inputs.wheel_maker import make_wheel

EPOCH = 1700000000
LIBC = SystemPackage(
    "libc6", "2.41-12", architecture="amd64", source="glibc", distribution="debian-13"
)


def read(made: bytes) -> dict[str, Any]:
    """The document, after the schema has been asked."""
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(made.decode()) is None
    return dict(json.loads(made))


def test_names_everything_and_is_valid(notes: Path, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "django", {"django/__init__.py": ""})
    parts = [sbom.of_wheel(wheel), sbom.of_package(LIBC)]
    found = read(sbom.document(model.load(notes), parts, EPOCH))
    assert found["metadata"]["component"]["purl"] == "pkg:pypi/notes-app@1.2.0"
    assert found["metadata"]["component"]["licenses"] == [{"license": {"id": "MIT"}}]
    assert found["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"
    django, libc = sorted(found["components"], key=lambda part: str(part["name"]))
    assert django["purl"] == "pkg:pypi/django@1.0"
    assert django["hashes"] == [{"alg": "SHA-256", "content": sha256(wheel)}]
    assert libc["purl"] == (
        "pkg:deb/debian/libc6@2.41-12?arch=amd64&distro=debian-13&upstream=glibc"
    )


def test_lock_gives_every_file_that_a_version_may_come_as(notes: Path) -> None:
    hashes = frozenset({"a" * 64, "b" * 64})
    entries = [
        Pin("django", "4.2.1", hashes, 'python_version < "3.10"'),
        Pin("django", "5.2.1", hashes),
    ]
    found = read(sbom.document(model.load(notes), map(sbom.of_locked, entries), EPOCH))
    old, new = found["components"]
    assert (old["purl"], new["purl"]) == ("pkg:pypi/django@4.2.1", "pkg:pypi/django@5.2.1")
    assert old["properties"] == [{"name": sbom.MARKER, "value": 'python_version < "3.10"'}]
    (files,) = new["externalReferences"]
    assert [one["content"] for one in files["hashes"]] == sorted(hashes)


def test_images_of_a_stack_share_a_package(notes: Path) -> None:
    libc, other = sbom.of_package(LIBC), sbom.of_package(SystemPackage("nginx", "1.26"))
    images = {"notes:1.2.0": [libc], "shipways/nginx:1.26": [libc, other]}
    found = read(sbom.document(model.load(notes), [], EPOCH, images))
    assert sorted(part["name"] for part in found["components"]) == [
        "libc6", "nginx", "notes", "shipways/nginx",
    ]  # fmt: skip
    graph = {entry["ref"]: set(entry.get("dependsOn", ())) for entry in found["dependencies"]}
    assert graph["notes-app"] == {"image:notes:1.2.0", "image:shipways/nginx:1.26"}
    assert graph["image:notes:1.2.0"] == {str(libc.bom_ref)}
    assert graph["image:shipways/nginx:1.26"] == {str(libc.bom_ref), str(other.bom_ref)}


def test_same_bytes_every_time(notes: Path, tmp_path: Path) -> None:
    wheels = [make_wheel(tmp_path, name, {f"{name}.py": ""}) for name in ("b", "a")]
    found = model.load(notes)
    one, other = (
        sbom.document(found, map(sbom.of_wheel, order), EPOCH) for order in (wheels, wheels[::-1])
    )
    assert one == other


def test_two_documents_have_two_serial_numbers(notes: Path, tmp_path: Path) -> None:
    """Also where they name the same versions: this one by the lock, that one by the file."""
    wheel = make_wheel(tmp_path, "django", {"django/__init__.py": ""})
    locked = sbom.of_locked(Pin("django", "1.0", frozenset({sha256(wheel)})))
    found = [
        read(sbom.document(model.load(notes), [part], EPOCH))
        for part in (locked, sbom.of_wheel(wheel))
    ]
    assert found[0]["components"][0]["purl"] == found[1]["components"][0]["purl"]
    assert found[0]["serialNumber"] != found[1]["serialNumber"]


def test_licences_as_scanners_read_them() -> None:
    for stated, kind in (
        ("BSD-3-Clause", "id"),
        ("MIT OR Apache-2.0", "expression"),
        ("Some licence", "name"),
    ):
        (licence,) = sbom._licences(stated)
        assert getattr(licence, "value" if kind == "expression" else kind) == stated
    assert sbom._licences("The whole\ntext") == []


def test_nothing_of_this_machine(notes: Path, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "django", {"django/__init__.py": ""})
    made = sbom.document(model.load(notes), [sbom.of_wheel(wheel)], EPOCH).decode()
    assert str(tmp_path) not in made
