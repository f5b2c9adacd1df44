"""Images come out byte for byte the same, and as engines take them."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from shipways.formats.docker import oci_layout
from shipways.util.command import Completed
from shipways.util.extraction import extract

EPOCH = 1_700_000_000
CONFIG: dict[str, Any] = {
    "architecture": "amd64",
    "os": "linux",
    "created": "2031-01-01T00:00:00Z",
    "docker_version": "26.1",
    "config": {"User": "10001", "Labels": {"title": "notes", "shipways.role": "runtime"}},
    "rootfs": {"type": "layers", "diff_ids": ["sha256:of-before"]},
    "history": [{"created": "2031-01-01T00:00:00Z", "created_by": "COPY"}],
}


@pytest.fixture(autouse=True)
def _gzip_in_process(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the program gzip does, without the program; returns what it was asked to compress."""
    asked = []

    def run(argv: list[str | Path], *, timeout: float) -> Completed:
        path = Path(argv[-1])
        Path(f"{path}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
        path.unlink()
        asked.append(path.name)
        return Completed(tuple(map(str, argv)), 0, "", timeout, 0.0, 0.0)

    monkeypatch.setattr(oci_layout, "run", run)
    return asked


def member(name: str, time: float = EPOCH, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.mtime = kind, time
    info.uname, info.uid = "builder", 10001
    return info


def make_tar(path: Path, *members: tarfile.TarInfo, content: bytes = b"content") -> Path:
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for info in members:
            info.size = len(content) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(content) if info.isreg() else None)
    return path


def members(path: Path) -> list[tarfile.TarInfo]:
    with tarfile.open(path) as archive:
        return archive.getmembers()


def settled(path: Path) -> list[tarfile.TarInfo]:
    target = path.with_suffix(".settled")
    oci_layout.settle(path, target, EPOCH)
    return members(target)


def test_no_time_after_the_newest(tmp_path: Path) -> None:
    layer = make_tar(tmp_path / "a", member("new", EPOCH + 9.5), member("old", EPOCH - 9))
    assert {info.name: info.mtime for info in settled(layer)} == {"new": EPOCH, "old": EPOCH - 9}


def test_sorted_with_hard_links_after_their_files(tmp_path: Path) -> None:
    link = member("a-link", kind=tarfile.LNKTYPE)
    link.linkname = "b"
    folder = member("c", kind=tarfile.DIRTYPE)
    layer = make_tar(tmp_path / "a", link, member("c/d"), folder, member("b"))
    assert [info.name for info in settled(layer)] == ["b", "c", "c/d", "a-link"]


def test_owners_by_number_only(tmp_path: Path) -> None:
    info = settled(make_tar(tmp_path / "a", member("file")))[0]
    assert (info.uname, info.uid) == ("", 10001)


def test_attributes_stay_and_other_headers_go(tmp_path: Path) -> None:
    info = member("file", EPOCH - 0.5)
    info.pax_headers = {"SCHILY.xattr.user.kept": "yes", "comment": "by this machine"}
    headers = settled(make_tar(tmp_path / "a", info))[0].pax_headers
    assert headers == {"SCHILY.xattr.user.kept": "yes"}


def test_same_bytes_whatever_the_order_and_the_time(tmp_path: Path) -> None:
    one = make_tar(tmp_path / "1", member("a", EPOCH + 1), member("b", EPOCH + 2))
    two = make_tar(tmp_path / "2", member("b", EPOCH + 3), member("a", EPOCH + 4))
    cache = tmp_path / "cache"
    first, second = (oci_layout.finish(layer, EPOCH, cache) for layer in (one, two))
    assert first.digest == second.digest
    assert first.packed.read_bytes() == second.packed.read_bytes()


def test_the_base_stays_as_it_is(tmp_path: Path) -> None:
    layer = make_tar(tmp_path / "a", member("new", EPOCH + 9))
    content = layer.read_bytes()
    done = oci_layout.finish(layer, None, tmp_path / "cache")
    assert done.digest == f"sha256:{sha256(content).hexdigest()}"
    assert gzip.decompress(done.packed.read_bytes()) == content
    assert done.size == len(content)


def test_a_compressed_base_is_named_by_its_tar(tmp_path: Path) -> None:
    layer = make_tar(tmp_path / "a", member("new"))
    packed = tmp_path / "b"
    packed.write_bytes(gzip.compress(layer.read_bytes()))
    first, second = (oci_layout.finish(path, None, tmp_path / "cache") for path in (layer, packed))
    assert first.digest == second.digest


def test_a_layer_is_compressed_once(tmp_path: Path, _gzip_in_process: list[str]) -> None:
    layer = make_tar(tmp_path / ("0" * 64), member("file"))
    done = [oci_layout.finish(layer, EPOCH, tmp_path / "cache") for _ in range(2)]
    assert done[0] == done[1]
    assert len(_gzip_in_process) == 1


def image(folder: Path) -> tuple[Path, str]:
    folder.mkdir()
    layers = [
        oci_layout.finish(make_tar(folder / name, member(name)), EPOCH, folder / "cache")
        for name in ("base", "app")
    ]
    config = oci_layout.settle_config(CONFIG, layers, EPOCH, drop=("shipways.role",))
    target = folder / "image.tar.gz"
    return target, oci_layout.write(target, "notes:1.0", config, layers, EPOCH)


def test_archive_reads_back(tmp_path: Path) -> None:
    target, identity = image(tmp_path / "image")
    saved = oci_layout.read(target, tmp_path / "read")
    assert [members(layer)[0].name for layer in saved.layers] == ["base", "app"]
    digests = [f"sha256:{sha256(layer.read_bytes()).hexdigest()}" for layer in saved.layers]
    assert saved.config["rootfs"]["diff_ids"] == digests
    text = json.dumps(saved.config, sort_keys=True, separators=(",", ":")).encode()
    assert identity == f"sha256:{sha256(text).hexdigest()}"


def test_two_archives_are_one(tmp_path: Path) -> None:
    first, second = (image(tmp_path / name)[0].read_bytes() for name in ("one", "two"))
    assert first == second


def test_archive_is_a_layout_whose_digests_hold(tmp_path: Path) -> None:
    """https://github.com/opencontainers/image-spec/blob/main/image-layout.md"""
    target, identity = image(tmp_path / "image")
    layout = tmp_path / "layout"
    with tarfile.open(target) as archive:
        assert {info.mtime for info in archive} == {EPOCH}
    extract(target, layout)
    for blob in (layout / "blobs" / "sha256").iterdir():
        assert sha256(blob.read_bytes()).hexdigest() == blob.name
    index = json.loads((layout / "index.json").read_text())["manifests"][0]
    assert index["annotations"]["io.containerd.image.name"] == "docker.io/library/notes:1.0"
    blob = layout / "blobs" / index["digest"].replace(":", "/")
    assert blob.stat().st_size == index["size"]
    manifest = json.loads(blob.read_text())
    assert manifest["config"]["digest"] == identity
    docker = json.loads((layout / "manifest.json").read_text())[0]
    assert docker["RepoTags"] == ["notes:1.0"]
    assert [f"blobs/{layer['digest'].replace(':', '/')}" for layer in manifest["layers"]] == docker[
        "Layers"
    ]


def test_configuration_names_one_time_and_no_builder(tmp_path: Path) -> None:
    target, _ = image(tmp_path / "image")
    config = oci_layout.read(target, tmp_path / "read").config
    assert config["created"] == config["history"][0]["created"] == "2023-11-14T22:13:20Z"
    assert config["config"]["Labels"] == {"title": "notes"}
    assert "docker_version" not in config
