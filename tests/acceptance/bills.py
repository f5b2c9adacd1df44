"""What is asked of every bill of materials: the schema holds, and the lock is all there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from shipways.project import lockfile
from shipways.project.model import Project

Bill = dict[str, Any]


def read(content: bytes) -> Bill:
    """The document, which CycloneDX's own schema finds nothing wrong with."""
    text = content.decode("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    return dict(json.loads(text))


def parts(sbom: Bill, kind: str) -> dict[str, Bill]:
    """Name -> component, of those whose package URL is of this kind, such as pypi."""
    found = sbom.get("components", ())
    return {
        part["name"].lower().replace("_", "-"): part
        for part in found
        if part.get("purl", "").startswith(f"pkg:{kind}/")
    }


def check_app(sbom: Bill, project: Project) -> None:
    """It is this project's, and every part is one that the graph leads to."""
    app = sbom["metadata"]["component"]
    assert (app["name"], app["version"]) == (project.name, project.version)
    graph = {entry["ref"]: entry.get("dependsOn", []) for entry in sbom["dependencies"]}
    reached, waiting = set(), [app["bom-ref"]]
    while waiting:
        waiting += graph[ref := waiting.pop()]
        reached.add(ref)
    assert reached == {app["bom-ref"], *(part["bom-ref"] for part in sbom["components"])}


def check_lock(sbom: Bill, project: Project) -> None:
    """Every wheel of the lock is named, with a hash that the lock has for it, and no other."""
    found = parts(sbom, "pypi")
    locked = {entry.name: entry for entry in lockfile.read(project.lock) if entry.applies("3.13.0")}
    assert set(found) == set(locked)
    for name, entry in locked.items():
        assert found[name]["version"] == entry.version
        (stated,) = found[name]["hashes"]
        assert stated["alg"] == "SHA-256"
        assert stated["content"] in entry.hashes, name


def same(inside: bytes, beside: Path, project: Project) -> Bill:
    """The bill inside an artifact, which is the one that lies beside it."""
    assert beside.read_bytes() == inside
    sbom = read(inside)
    check_app(sbom, project)
    return sbom
