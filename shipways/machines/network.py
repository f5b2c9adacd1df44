"""A machine's wire: it can be cut, and what came in over it is counted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from docker.models.containers import Container

from shipways.machines import engine, execution

BRIDGE = "bridge"


class Network:
    """The wire of one container. The kernel's counter starts anew with every new interface."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._before = 0  # bytes received over interfaces that are gone
        self.connected = True

    def disconnect(self) -> None:
        if self.connected:
            self.note()
            engine.client().networks.get(BRIDGE).disconnect(self._container, force=True)
            self.connected = False

    def connect(self) -> None:
        if not self.connected:
            engine.client().networks.get(BRIDGE).connect(self._container)
            self.connected = True

    @contextlib.contextmanager
    def cut(self) -> Iterator[None]:
        """No network inside the `with` block; afterwards as it was before."""
        was_connected = self.connected
        self.disconnect()
        try:
            yield
        finally:
            if was_connected:
                self.connect()

    def note(self) -> None:
        """Remember the count before the interface goes."""
        self._before += self._now()

    def bytes_received(self) -> int:
        """Bytes that came in since the machine was made."""
        return self._before + self._now()

    def _now(self) -> int:
        if not self.connected:
            return 0
        # without a running process there is no interface and nothing to count
        status, output = execution.ask(self._container, ["cat", "/proc/net/dev"])
        return count(output) if status == 0 else 0


def count(text: str) -> int:
    """Sum of the received bytes in /proc/net/dev, loopback left out.

    >>> count("head | er\\n  lo: 5 0\\n  eth0: 70 1\\n")
    70
    """
    total = 0
    for line in text.splitlines():
        name, colon, figures = line.partition(":")
        if colon and name.strip() != "lo":
            total += int(figures.split()[0])
    return total
