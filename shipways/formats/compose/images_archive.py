"""The stack's images as one archive for `docker load`, the same bytes for the same images."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shipways.formats.compose.service_images import ServiceImage
from shipways.formats.docker import oci_layout
from shipways.machines import engine
from shipways.util.command import run

TRANSFER_TIMEOUT_S = 300


@dataclass(frozen=True)
class Packed:
    """An image that is ready to be written: its name, its configuration, its finished layers."""

    name: str
    config: (
        oci_layout.Config | bytes
    )  # bytes: as another has written it, so that it stays that image
    layers: tuple[oci_layout.Layer, ...]


def from_archive(name: str, archive: Path, work: Path, cache: Path) -> Packed:
    """The image that another format has written."""
    saved = oci_layout.read(archive, work)
    return Packed(name, saved.config, _finished(saved, cache))


def from_engine(image: ServiceImage, work: Path, cache: Path) -> Packed:
    """An image that the engine has. One made here gets the time of its newest file, since its
    own is that of the day when it was made."""
    work.mkdir()
    archive = work / "saved.tar"
    run([engine.name(), "save", f"--output={archive}", image.ref], timeout=TRANSFER_TIMEOUT_S)
    saved = oci_layout.read(archive, work / "saved")
    layers = _finished(saved, cache)
    if image.source == "registry":
        return Packed(image.name, saved.stated, layers)
    labels = saved.config["config"].get("Labels") or {}
    ours = [label for label in labels if label.startswith(engine.LABEL)]
    config = oci_layout.settle_config(saved.config, layers, _newest(saved.layers), drop=ours)
    return Packed(image.name, config, layers)


def _finished(saved: oci_layout.Saved, cache: Path) -> tuple[oci_layout.Layer, ...]:
    return tuple(oci_layout.finish(layer, None, cache) for layer in saved.layers)


def _newest(layers: Sequence[Path]) -> int:
    """Time of the newest file in some layers, in seconds since 1970."""
    times = [0]
    for layer in layers:
        with tarfile.open(layer) as archive:
            times += (int(member.mtime) for member in archive)
    return max(times)


def write(target: Path, images: Sequence[Packed], epoch: int) -> None:
    """Write all images into one archive (tar.gz); layers that they share are in it once."""
    blobs: dict[str, bytes | oci_layout.Layer] = {}
    indices, manifests = [], []
    for image in images:
        blobs |= {oci_layout.blob_path(layer.digest): layer for layer in image.layers}
        config = oci_layout.add_json(blobs, image.config)
        indices.append(_index(blobs, image, config))
        manifests.append(
            oci_layout.docker_manifest(image.name, str(config["digest"]), image.layers)
        )
    entries: dict[str, bytes | oci_layout.Layer] = {
        "oci-layout": oci_layout.as_json({"imageLayoutVersion": "1.0.0"}),
        "index.json": oci_layout.as_json({"schemaVersion": 2, "manifests": indices}),
        "manifest.json": oci_layout.as_json(manifests),
        **dict(sorted(blobs.items())),
    }
    with target.open("wb") as file:
        oci_layout.write_members(file, entries, epoch)


def _index(
    blobs: dict[str, bytes | oci_layout.Layer], image: Packed, config: dict[str, str | int]
) -> oci_layout.Config:
    """Store the image's manifest among the blobs; returns its entry in the index."""
    manifest = {
        "schemaVersion": 2,
        "mediaType": oci_layout.MANIFEST_TYPE,
        "config": {"mediaType": oci_layout.CONFIG_TYPE, **config},
        "layers": [
            {"mediaType": oci_layout.LAYER_TYPE, "digest": layer.digest, "size": layer.size}
            for layer in image.layers
        ],
    }
    described = oci_layout.add_json(blobs, manifest)
    return {
        "mediaType": oci_layout.MANIFEST_TYPE,
        **described,
        "annotations": oci_layout.names_of(image.name),
    }
