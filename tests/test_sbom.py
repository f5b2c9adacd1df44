"""The bill of materials: valid CycloneDX, all parts named, the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from shipways import project, sbom
from shipways.measure import sha256
from shipways.sbom import SystemPackage
from tests.test_bundle import make_wheel

EPOCH = 1700000000


def test_names_everything_and_is_valid(notes: Path, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "django", {"django/__init__.py": ""})
    system = [SystemPackage("python3.13", "3.13.5-2")]
    made = sbom.document(project.load(notes), [wheel], system, EPOCH)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(made.decode()) is None
    found = json.loads(made)
    assert found["metadata"]["component"]["purl"] == "pkg:pypi/notes-app@1.2.0"
    assert found["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"
    django, python = sorted(found["components"], key=lambda part: str(part["name"]))
    assert django["purl"] == "pkg:pypi/django@1.0"
    assert django["hashes"] == [{"alg": "SHA-256", "content": sha256(wheel)}]
    assert python["purl"] == "pkg:deb/debian/python3.13@3.13.5-2"


def test_same_bytes_every_time(notes: Path, tmp_path: Path) -> None:
    wheels = [make_wheel(tmp_path, name, {f"{name}.py": ""}) for name in ("b", "a")]
    found = project.load(notes)
    assert sbom.document(found, wheels, [], EPOCH) == sbom.document(found, wheels[::-1], [], EPOCH)


def test_nothing_of_this_machine(notes: Path, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "django", {"django/__init__.py": ""})
    made = sbom.document(project.load(notes), [wheel], [], EPOCH).decode()
    assert str(tmp_path) not in made
