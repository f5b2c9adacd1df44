"""The software bill of materials of an artifact: CycloneDX 1.6, JSON, the same bytes every time.

It names what the artifact holds, each wheel by the hash of its file. Where it holds nothing but the
app, it names what is asked for: the lock's versions (a wheel, a link), the packages in Depends (a
native .deb, whose own debian/bill.py adds them). Names, versions and hashes come from the lock,
licences from the wheels' metadata, an image's packages from its own records. https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx import spdx
from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    Property,
    XsUri,
)
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from shipways.inputs import wheel_file
from shipways.project.model import Project
from shipways.project.pin import Pin
from shipways.util.measure import sha256

SUFFIX = ".cdx.json"
ALGORITHMS = {64: HashAlgorithm.SHA_256, 96: HashAlgorithm.SHA_384, 128: HashAlgorithm.SHA_512}
INDEX = "https://pypi.org/project"
MARKER = "python:environment-marker"  # PEP 508: where the entry of a universal lock applies


@dataclass(frozen=True)
class SystemPackage:
    """A package of a distribution, as its package manager knows it."""

    name: str
    version: str
    kind: str = "deb"  # https://github.com/package-url/purl-spec/tree/main/types-doc
    vendor: str = "debian"
    architecture: str = ""
    source: str = ""  # the source package, by which advisories name it
    distribution: str = ""  # such as "debian-13"


def document(
    project: Project,
    parts: Iterable[Component],
    epoch: int,
    images: Mapping[str, Iterable[Component]] | None = None,
) -> bytes:
    """The bill of `project` with its parts; those of `images` (by NAME:TAG) hang on their image.

    A part that several images hold is named once; the dependency graph says who holds it.
    """
    app, made = _app(project), Bom()
    held = [*parts, *map(_of_image, images or {})]
    made.register_dependency(app, held)
    unique = {str(part.bom_ref): part for part in held}
    for name, inside in (images or {}).items():
        named = {str(part.bom_ref): part for part in inside}
        made.register_dependency(_of_image(name), named.values())
        unique |= named
    made.components = unique.values()
    made.metadata.component = app
    made.metadata.timestamp = datetime.fromtimestamp(epoch, timezone.utc)
    made.serial_number = NAMESPACE_URL  # the same for all, until it is made from all the rest
    made.serial_number = uuid5(NAMESPACE_URL, _text(made))
    return _text(made).encode()


def write(folder: Path, artifact: str, content: bytes) -> Path:
    """Put a bill beside the artifact of this name; returns its path."""
    path = folder / f"{artifact}{SUFFIX}"
    path.write_bytes(content)
    return path


def of_locked(entry: Pin) -> Component:
    """An entry of the lock: one version, and the hashes of all files that it may come as."""
    url = PackageURL("pypi", None, entry.name, entry.version)
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(f"{INDEX}/{entry.name}/{entry.version}/#files"),
        hashes=[_hash(content) for content in sorted(entry.hashes)],
    )
    return Component(
        name=entry.name,
        version=entry.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(url),
        purl=url,
        external_references=[files],
        properties=[Property(name=MARKER, value=entry.marker)] if entry.marker else (),
    )


def of_wheel(wheel: Path) -> Component:
    """A wheel: the file itself, with the licence that its metadata states."""
    metadata = wheel_file.metadata(wheel)
    url = PackageURL("pypi", None, metadata["Name"], metadata["Version"])
    return Component(
        name=metadata["Name"],
        version=metadata["Version"],
        type=ComponentType.LIBRARY,
        bom_ref=str(url),
        purl=url,
        hashes=[_hash(sha256(wheel))],
        licenses=_licences(metadata["License-Expression"] or metadata["License"] or ""),
    )


def of_package(package: SystemPackage) -> Component:
    """A package that an image holds."""
    qualifiers = {
        "arch": package.architecture,
        "distro": package.distribution,
        "upstream": package.source if package.source != package.name else "",
    }
    known = {name: value for name, value in qualifiers.items() if value}
    url = PackageURL(package.kind, package.vendor, package.name, package.version, known)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(url),
        purl=url,
    )


def _text(sbom: Bom) -> str:
    return JsonV1Dot6(sbom).output_as_string(indent=1) + "\n"


def _app(project: Project) -> Component:
    return Component(
        name=project.distribution,
        version=project.version,
        type=ComponentType.APPLICATION,
        bom_ref=project.distribution,
        description=project.summary,
        purl=PackageURL("pypi", None, project.distribution, project.version),
        licenses=_licences(project.license),
    )


def _of_image(reference: str) -> Component:
    name, _, tag = reference.rpartition(":")
    return Component(
        name=name, version=tag, type=ComponentType.CONTAINER, bom_ref=f"image:{reference}"
    )


def _hash(content: str) -> HashType:
    return HashType(alg=ALGORITHMS[len(content)], content=content)


def _licences(stated: str) -> list[DisjunctiveLicense | LicenseExpression]:
    """What the metadata states, when it is a name and not the licence's whole text."""
    short = stated.strip()
    if not short or "\n" in short:
        return []
    known = spdx.fixup_id(short)
    if known:
        return [DisjunctiveLicense(id=known)]
    if spdx.is_expression(short):
        return [LicenseExpression(short)]
    return [DisjunctiveLicense(name=short)]
