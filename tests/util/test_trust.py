"""pip and uv trust the authority that the administrator has set, wherever; without it neither."""

from __future__ import annotations

import functools
import http.server
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from shipways.util import trust
from shipways.util.command import Completed, run
from tests.inputs.wheel_maker import make_wheel

Index = Callable[[str], Completed]
TOOLS = ("pip", "uv")
REFUSALS = ("certificate", "CERTIFICATE_VERIFY_FAILED", "UnknownIssuer")
PAGE = '<a href="../../probe-1.0-py3-none-any.whl">probe-1.0-py3-none-any.whl</a>'


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """No system knows it."""
    return trustme.CA()


@pytest.fixture(scope="module")
def address(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A package index (PEP 503) behind HTTPS on the loopback."""
    folder = tmp_path_factory.mktemp("index")
    make_wheel(folder, "probe", {"probe/__init__.py": ""})
    (folder / "simple" / "probe").mkdir(parents=True)
    (folder / "simple" / "probe" / "index.html").write_text(PAGE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("localhost", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}/simple"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Who was refused is said by the client."""


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "certificates of ours.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def install(address: str, tmp_path: Path, clean: None) -> Index:
    """Installs from the index with pip or with uv, as the toolkit calls them."""
    programs = {"pip": (sys.executable, "-m", "pip"), "uv": ("uv", "pip")}

    def index(tool: str) -> Completed:
        words = ("install", "--no-cache-dir", f"--index-url={address}", "--no-deps", "probe")
        return run(
            [*programs[tool], *words, f"--target={tmp_path / tool}"],
            timeout=60,
            check=False,
            env={**trust.environment(), "UV_HTTP_RETRIES": "0", "PIP_RETRIES": "0"},
        )

    return index


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is set."""
    for name in (*trust.STATED, *trust.SYSTEM, "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("NO_PROXY", "localhost")
    monkeypatch.setenv("no_proxy", "localhost")


@pytest.mark.process
@pytest.mark.parametrize("way", [*trust.STATED, "pip.conf"])
@pytest.mark.parametrize("tool", TOOLS)
def test_what_is_set_in_any_way_is_trusted_by_both(
    tool: str,
    way: str,
    install: Index,
    bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if way == "pip.conf":
        (tmp_path / way).write_text(f"[global]\ncert = {bundle}\n")
        monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / way))
    else:
        monkeypatch.setenv(way, str(bundle))
    done = install(tool)
    assert done.ok, done.output
    assert (tmp_path / tool / "probe" / "__init__.py").is_file()
    assert "warning" not in done.output.lower()


@pytest.mark.process
@pytest.mark.parametrize("tool", TOOLS)
def test_without_it_both_refuse(tool: str, install: Index, tmp_path: Path) -> None:
    done = install(tool)
    assert not done.ok
    assert any(word in done.output for word in REFUSALS), done.output
    assert not (tmp_path / tool / "probe").exists()


def test_the_system_s_are_what_uv_takes_where_nothing_is_set(clean: None) -> None:
    assert trust.stated() is None
    assert trust.environment() == trust.SYSTEM


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[global]\ncert = {0}", True),
        ("[install]\ncert={0}", True),
        ("[download]\ncert: {0}", True),
        ("[global]\nindex-url = https://a.example/%(x)s", False),
        ("[freeze]\ncert = {0}", False),
        ("[global]\ncert = {0}.missing", False),
        ("cert = {0}", False),
    ],
)
def test_pip_s_settings(
    text: str, expected: bool, clean: None, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = bundle.with_name("pip.conf")
    config.write_text(text.format(bundle))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(bundle.parent))
    monkeypatch.setattr(trust, "_files", lambda: iter([config]))
    monkeypatch.setenv("PIP_CONFIG_FILE", "")
    assert (trust.stated() == bundle) is expected


def test_pip_s_own_setting_goes_first(
    clean: None, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.pem").write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    monkeypatch.setenv("PIP_CERT", str(bundle))
    assert trust.environment() == {"PIP_CERT": str(bundle), "SSL_CERT_FILE": str(bundle)}
