"""The software bill of materials of an artifact: CycloneDX 1.6, JSON, the same bytes every time.

What is in it comes from the lock (names, versions, hashes), from the wheels' metadata (licences)
and, for an image, from its base's list of packages. https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from email.parser import HeaderParser
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZipFile

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from shipways.measure import sha256
from shipways.project import Project

SUFFIX = ".cdx.json"


@dataclass(frozen=True)
class SystemPackage:
    """A package of the distribution that the artifact holds (an image) or asks for (a .deb)."""

    name: str
    version: str = ""


def document(
    project: Project, wheels: Iterable[Path], system: Sequence[SystemPackage], epoch: int
) -> bytes:
    """The bill of `project` with the dependencies in `wheels` and packages of the system."""
    app = Component(
        name=project.name,
        version=project.version,
        type=ComponentType.APPLICATION,
        bom_ref=project.name,
        description=project.summary,
        purl=PackageURL("pypi", None, project.name, project.version),
        licenses=_licences(project.license),
    )
    parts = [*map(_of_wheel, wheels), *map(_of_package, system)]
    made = Bom(components=sorted(parts, key=lambda part: str(part.bom_ref)))
    made.metadata.component = app
    made.metadata.timestamp = datetime.fromtimestamp(epoch, timezone.utc)
    made.register_dependency(app, parts)
    contents = "".join(str(part.purl) for part in made.components)
    made.serial_number = uuid5(NAMESPACE_URL, f"{app.purl}{epoch}{contents}")
    return (JsonV1Dot6(made).output_as_string(indent=1) + "\n").encode()


def _of_wheel(wheel: Path) -> Component:
    with ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(archive.read(name).decode("utf-8"))
    url = PackageURL("pypi", None, metadata["Name"].lower(), metadata["Version"])
    return Component(
        name=metadata["Name"],
        version=metadata["Version"],
        type=ComponentType.LIBRARY,
        bom_ref=str(url),
        purl=url,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256(wheel))],
        licenses=_licences(metadata["License-Expression"] or metadata["License"] or ""),
    )


def _of_package(package: SystemPackage) -> Component:
    url = PackageURL("deb", "debian", package.name, package.version or None)
    return Component(
        name=package.name,
        version=package.version or None,
        type=ComponentType.LIBRARY,
        bom_ref=str(url),
        purl=url,
    )


def _licences(stated: str) -> list[DisjunctiveLicense]:
    """What the metadata states, when it is a name and not the licence's whole text."""
    short = stated.strip()
    return [DisjunctiveLicense(name=short)] if short and "\n" not in short else []
