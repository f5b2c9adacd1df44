"""The stack for Kubernetes: manifests for kustomize, from the same values as compose.yaml.

https://kubectl.docs.kubernetes.io/references/kustomize/
"""

from __future__ import annotations

from shipways.formats.compose import stack_files
from shipways.project import versions
from shipways.project.model import Project
from shipways.util import templates

FOLDER = "kubernetes"
PARTS = "pod.yaml.j2"  # what templates share; not a manifest


def files(project: Project, images: stack_files.Images) -> dict[str, bytes]:
    """Every file by its path in the stack's folder."""
    known = values(project, images)
    root = templates.path(FOLDER)
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.j2"))
    return {
        f"{FOLDER}/{name.removesuffix('.j2')}": templates.render(
            f"{FOLDER}/{name}", **known
        ).encode()
        for name in names
        if not name.endswith(PARTS)
    }


def values(project: Project, images: stack_files.Images) -> dict[str, object]:
    """What the templates are filled in with."""
    name, _, tag = images.web.rpartition(":")
    db_name, _, db_tag = images.db.rpartition(":")
    return {
        **stack_files.values(project, images, "kubernetes", shared_static=False),
        "image_name": name,
        "tag": tag,
        "db_name": db_name,
        "db_tag": db_tag,
        "version_label": versions.label(project.version),
        "migrate_job": migrate_job(project),
    }


def migrate_job(project: Project) -> str:
    """The name of the Job that migrates for this version."""
    name = f"{project.name}-migrate-"
    return name + versions.host_part(project.version, len(name))
