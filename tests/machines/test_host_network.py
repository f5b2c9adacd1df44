"""What roots take over from the host."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipways.machines import host_network
from shipways.machines.network import count
from shipways.util import trust

SOURCES = "Types: deb\n# http://old\nURIs: https://mirror.example.org/debian/\nSuites: trixie\n"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*trust.STATED, *host_network.PROXY_VARIABLES, host_network.MIRROR_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setattr(host_network, "EXTRA", tmp_path / "extra")
    monkeypatch.setattr(host_network, "BUNDLE", tmp_path / "bundle.crt")


def etc(tmp_path: Path, os_release: str, sources: str) -> Path:
    folder = tmp_path / "etc"
    (folder / "apt/sources.list.d").mkdir(parents=True)
    (folder / "os-release").write_text(os_release)
    (folder / "apt/sources.list.d/debian.sources").write_text(sources)
    return folder


def test_the_mirror_is_the_host_s(tmp_path: Path) -> None:
    folder = etc(tmp_path, "NAME=x\nID=debian\n", SOURCES)
    assert host_network.debian_mirror(folder) == "https://mirror.example.org/debian"


def test_one_line_sources_are_read_too(tmp_path: Path) -> None:
    line = "deb [signed-by=/x] http://near.example.org/debian trixie main\n"
    folder = etc(tmp_path, "ID=debian\n", line)
    assert host_network.debian_mirror(folder) == "http://near.example.org/debian"


def test_on_another_system_it_is_debian_s_own(tmp_path: Path) -> None:
    assert host_network.debian_mirror(etc(tmp_path, "ID=ubuntu\n", SOURCES)) == host_network.MIRROR
    assert host_network.debian_mirror(tmp_path / "none") == host_network.MIRROR


def test_the_mirror_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(host_network.MIRROR_VARIABLE, "http://mine/debian/")
    assert host_network.debian_mirror() == "http://mine/debian"


def test_without_extra_certificates_nothing_is_mounted() -> None:
    host_network.BUNDLE.write_text("certificates")
    assert host_network.certificates() is None
    assert host_network.binds() == {}
    assert host_network.environment() == {}


def test_an_administrator_s_certificates_are_trusted_in_roots() -> None:
    host_network.BUNDLE.write_text("certificates")
    host_network.EXTRA.mkdir()
    (host_network.EXTRA / "own.crt").write_text("own")
    assert host_network.binds() == {host_network.BUNDLE: host_network.BUNDLE_IN_ROOT}
    assert host_network.environment() == dict.fromkeys(
        host_network.BUNDLE_VARIABLES, host_network.BUNDLE_IN_ROOT
    )


def test_the_environment_names_a_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other.pem").write_text("certificates")
    monkeypatch.setenv("PIP_CERT", str(tmp_path / "other.pem"))
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    assert host_network.certificates() == tmp_path / "other.pem"
    assert host_network.environment()["https_proxy"] == "http://proxy:3128"


def test_loopback_does_not_count_as_received() -> None:
    text = "Inter-| Receive\n face |bytes\n    lo: 100 1\n  eth0: 7000 1\n  eth1: 30 2\n"
    assert count(text) == 7030
