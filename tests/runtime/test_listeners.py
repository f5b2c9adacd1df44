"""Who has a port: read from the kernel's own tables, and from ones that say too little."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from shipways_runtime import listeners


@pytest.mark.process
@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_a_listener_is_named(family: socket.AddressFamily, host: str) -> None:
    with socket.create_server((host, 0), family=family) as server:
        port = server.getsockname()[1]
        assert listeners.holder(port).endswith(f"(process {os.getpid()})")
    assert listeners.holder(port) == ""


@pytest.mark.process
def test_a_port_that_is_only_connected_to_is_nobodys() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert listeners.holder(client.getsockname()[1]) == ""


def test_without_a_view_of_others_nobody_is_named(tmp_path: Path) -> None:
    """As in the service: ProcSubset=pid, ProtectProc=invisible (systemd.exec(5))."""
    assert listeners.holder(8000, tmp_path) == ""
    (tmp_path / "net").mkdir()
    line = "0: 0100007F:1F40 00000000:0000 0A 0:0 00:0 0 0 0 4711 1"
    (tmp_path / "net/tcp").write_text(f"sl local ...\n{line}\n")
    assert listeners.holder(8000, tmp_path) == ""
