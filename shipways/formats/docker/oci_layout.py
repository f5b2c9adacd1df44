"""Container images as archives that come out byte for byte the same.

Reads what `docker save` writes and writes what `docker load` takes, which is an OCI image layout
with Docker's manifest.json beside it:
https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from shipways.util import measure
from shipways.util.command import run
from shipways.util.extraction import extract
from shipways.util.reproducible_tar import gzipped

COMPRESS_TIMEOUT_S = 300
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
CONFIG_KEYS = ("architecture", "author", "config", "history", "os", "rootfs", "variant")
RUN_KEYS = (  # of the specification's "config", and Docker's two; the rest is an engine's own
    "Cmd", "Entrypoint", "Env", "ExposedPorts", "Healthcheck", "Shell", "StopSignal", "User",
    "Volumes", "WorkingDir",
)  # fmt: skip
Config = dict[str, Any]


@dataclass(frozen=True)
class Saved:
    """An image as an engine saved it: its configuration and its layers, the lowest first."""

    config: Config
    layers: tuple[Path, ...]
    stated: bytes = b""  # the configuration as it was written, whose digest is the image's id


@dataclass(frozen=True)
class Layer:
    """A finished layer: digest and size of its tar, and the file that holds it compressed."""

    digest: str  # "sha256:…" of the uncompressed tar, which the specification calls DiffID
    size: int  # bytes, uncompressed
    packed: Path  # gzip -9

    @property
    def packed_size(self) -> int:
        """What a registry sends, in bytes."""
        return self.packed.stat().st_size


def read(archive: Path, folder: Path) -> Saved:
    """Unpack a saved image into `folder`."""
    extract(archive, folder)
    manifest = json.loads((folder / "manifest.json").read_bytes())[0]
    stated = (folder / manifest["Config"]).read_bytes()
    layers = tuple(folder / name for name in manifest["Layers"])
    return Saved(json.loads(stated), layers, stated)


def finish(layer: Path, newest: int | None, cache: Path) -> Layer:
    """Settle and compress a layer, or take what an earlier call left in `cache`.

    `newest` is the latest time, in seconds since 1970, that a file may have. None leaves the layer
    as it is: another image's, which a server may already have.
    """
    source = layer.name if re.fullmatch(r"[0-9a-f]{64}", layer.name) else measure.sha256(layer)
    packed = cache / f"{source}-{newest}.gz"
    facts = packed.with_suffix(".json")
    if not facts.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        plain = layer.with_name(f"{layer.name}.tar")
        _plain(layer, plain) if newest is None else settle(layer, plain, newest)
        made = {"digest": f"sha256:{measure.sha256(plain)}", "size": plain.stat().st_size}
        run(["gzip", "-9", "--no-name", "--force", plain], timeout=COMPRESS_TIMEOUT_S)
        shutil.move(f"{plain}.gz", packed)
        facts.write_text(json.dumps(made))
    return Layer(**json.loads(facts.read_text()), packed=packed)


def settle(layer: Path, target: Path, newest: int) -> None:
    """Write a layer's tar again: sorted, no time after `newest`, owners by number only.

    Sorting keeps folders before their content, and a hard link after the file that it repeats.
    """
    with (
        tarfile.open(layer) as old,
        tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old, key=lambda member: (member.islnk(), member.name.split("/"))):
            member.mtime = min(int(member.mtime), newest)
            member.uname = member.gname = ""
            member.pax_headers = {
                name: value
                for name, value in member.pax_headers.items()
                if name.startswith("SCHILY.xattr.")
            }
            new.addfile(member, old.extractfile(member) if member.isreg() else None)


def _plain(layer: Path, target: Path) -> None:
    with layer.open("rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
    with gzip.open(layer) if compressed else layer.open("rb") as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)


def settle_config(
    config: Config, layers: Sequence[Layer], epoch: int, drop: Sequence[str]
) -> Config:
    """The configuration with `layers` for its own, one time for all, without the labels `drop`.

    Nothing is left in it by which one engine's could be told from another's.

    https://github.com/opencontainers/image-spec/blob/main/config.md
    """
    created = datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    settled = {key: config[key] for key in CONFIG_KEYS if config.get(key)}
    settled["created"] = created
    settled["rootfs"] = {"type": "layers", "diff_ids": [layer.digest for layer in layers]}
    settled["history"] = [{**entry, "created": created} for entry in config.get("history", ())]
    labels = config["config"].get("Labels") or {}
    kept = {name: value for name, value in labels.items() if name not in drop}
    wanted = {key: config["config"][key] for key in RUN_KEYS if config["config"].get(key)}
    settled["config"] = {**wanted, "Labels": kept}
    return settled


def write(target: Path, name: str, config: Config, layers: Sequence[Layer], epoch: int) -> str:
    """Write the image as `target` (tar.gz) under `name` (NAME:TAG); returns its id, "sha256:…".

    The file is a series of gzip members (RFC 1952, 2.2), so each layer is compressed only once.
    """
    unique = {layer.digest: layer for layer in layers}
    blobs: dict[str, bytes | Layer] = {blob_path(digest): layer for digest, layer in unique.items()}
    image = add_json(blobs, config)
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": {"mediaType": CONFIG_TYPE, **image},
        "layers": [
            {"mediaType": LAYER_TYPE, "digest": layer.digest, "size": layer.size}
            for layer in layers
        ],
    }
    index = {"mediaType": MANIFEST_TYPE, **add_json(blobs, manifest), "annotations": names_of(name)}
    entries: dict[str, bytes | Layer] = {
        "oci-layout": as_json({"imageLayoutVersion": "1.0.0"}),
        "index.json": as_json({"schemaVersion": 2, "manifests": [index]}),
        "manifest.json": as_json([docker_manifest(name, str(image["digest"]), layers)]),
        **dict(sorted(blobs.items())),
    }
    with target.open("wb") as file:
        write_members(file, entries, epoch)
    return str(image["digest"])


def add_json(blobs: dict[str, bytes | Layer], content: Config | bytes) -> dict[str, str | int]:
    """Store a JSON document among the blobs, as it is or as it was written; its descriptor."""
    text = content if isinstance(content, bytes) else as_json(content)
    digest = f"sha256:{sha256(text).hexdigest()}"
    blobs[blob_path(digest)] = text
    return {"digest": digest, "size": len(text)}


def names_of(name: str) -> dict[str, str]:
    """What an engine with the containerd image store calls the image."""
    full = name if "/" in name else f"docker.io/library/{name}"
    return {
        "io.containerd.image.name": full,
        "org.opencontainers.image.ref.name": name.rpartition(":")[2],
    }


def docker_manifest(name: str, image: str, layers: Sequence[Layer]) -> Config:
    """The entry of manifest.json, by which `docker load` finds the image's parts."""
    return {
        "Config": blob_path(image),
        "RepoTags": [name],
        "Layers": [blob_path(layer.digest) for layer in layers],
    }


def blob_path(digest: str) -> str:
    """Where a blob lies in the layout."""
    return f"blobs/{digest.replace(':', '/')}"


def as_json(value: object) -> bytes:
    """The same bytes for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def write_members(file: BinaryIO, entries: Mapping[str, bytes | Layer], epoch: int) -> None:
    """A tar of `entries` as gzip members: layers as they were compressed, the rest between them."""
    waiting = b""
    for name, content in entries.items():
        size = content.size if isinstance(content, Layer) else len(content)
        info = tarfile.TarInfo(name)
        info.size, info.mtime = size, epoch
        waiting += info.tobuf(tarfile.GNU_FORMAT)
        if isinstance(content, Layer):
            file.write(gzipped(waiting))
            with content.packed.open("rb") as packed:
                shutil.copyfileobj(packed, file)
            waiting = b""
        else:
            waiting += content
        waiting += bytes(-size % tarfile.BLOCKSIZE)
    file.write(gzipped(waiting + bytes(2 * tarfile.BLOCKSIZE)))
