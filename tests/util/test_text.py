"""Text of others: every encoding is read, and no module reads it in a way of its own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipways.util.text import decode, read_text

ROOT = Path(__file__).parents[2]
SAID = "© 2020 René Müller\nund andere – naïve “Lösung”\n"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_usual_encoding_and_line_ending(tmp_path: Path, encoding: str, ending: str) -> None:
    path = tmp_path / "LICENSE"
    path.write_bytes(SAID.replace("\n", ending).encode(encoding))
    assert read_text(path) == SAID


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(b"\xfe\xff", "utf-16-be"), (b"\x00\x00\xfe\xff", "utf-32-be")],
)
def test_big_endian(mark: bytes, encoding: str) -> None:
    assert decode(mark + SAID.encode(encoding)) == SAID


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=64))
def test_nothing_stops_it(content: bytes) -> None:
    assert "\r" not in decode(content)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_characters="\r\ufeff", exclude_categories=["Cs"])))
def test_utf_8_is_read_as_it_is(text: str) -> None:
    assert decode(text.encode()) == text


OWN = {  # modules that read what this program wrote itself, or the system did
    "build/install_md.py", "formats/compose/service_images.py", "formats/deb/ar.py",
    "formats/deb/native.py", "formats/deb/native_source.py", "formats/docker/buildx.py",
    "formats/docker/minimal_base.py", "formats/docker/oci_layout.py",
    "formats/docker/platforms.py", "formats/docker/rootfs_filter.py",
    "formats/installed_files.py", "formats/linters.py", "formats/rpm/archive.py",
    "inputs/wheel_metadata.py", "machines/host_network.py", "machines/image_names.py",
    "machines/podman.py", "project/checkout.py", "project/detection/probe.py",
    "project/detection/probe_child.py", "project/detection/tree.py", "project/names.py",
    "project/pyproject.py", "report/html.py", "report/overview.py",
    "util/places.py", "util/runs.py", "util/text.py", "verify/agents/confinement_probe.py",
    "verify/later_versions.py", "verify/phases/hardening.py", "verify/phases/upgrade.py",
}  # fmt: skip


def test_text_of_others_is_read_in_one_way() -> None:
    """`read_text` and `decode` as methods say one encoding, and stop at any other."""
    readers = {
        path.relative_to(ROOT / "shipways").as_posix()
        for path in (ROOT / "shipways").rglob("*.py")
        if any(map(_stops, ast.walk(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert readers <= OWN


def _stops(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    stated = [*node.args, *(keyword.value for keyword in node.keywords)]
    replaces = any(isinstance(one, ast.Constant) and one.value == "replace" for one in stated)
    json = isinstance(node.func.value, ast.Attribute) and node.func.value.attr == "json"
    return node.func.attr in ("read_text", "decode") and not (replaces or json)
