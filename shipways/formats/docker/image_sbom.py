"""What an image is made of: the locked wheels, and the packages of the base that it stands on.

The base's packages are read from the base itself, whichever it is: scanners read the same records
(/var/lib/dpkg/status.d in the base `minimal`). The image has its bill as
/usr/share/doc/NAME/NAME.cdx.json.
"""

from __future__ import annotations

from cyclonedx.model.component import Component

from shipways.formats.base import Job
from shipways.formats.docker import image_packages
from shipways.inputs import sbom
from shipways.machines.image_cache import Image


def parts(job: Job, base: Image) -> list[Component]:
    """Everything in the image but the app."""
    return [*map(sbom.of_wheel, job.inputs.image_wheelhouse), *of_image(base.ref)]


def of_image(ref: str) -> list[Component]:
    """The distribution's packages in an image that the engine has."""
    return [sbom.of_package(package) for package in image_packages.installed(ref)]


def document(job: Job, base: Image) -> bytes:
    """The image's bill of materials."""
    return sbom.document(job.project, parts(job, base), job.epoch)
