"""Uploads that a site has to withstand: many, unfinished, at the limit, over it; by nobody known.

A script as well, for a machine beside the one under test; it prints what `storm` found. Everything
is bounded: the connections by number, what is sent by size, each wait by time.
"""

from __future__ import annotations

import http.client
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

LIMIT = 100 * 1024 * 1024  # bytes of a request: the proxy's and the sample's
UNFINISHED = 95_000_000
WAIT_S = 60
BOUNDARY = "a-line-that-nobody-writes"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="large"\r\n'
    "Content-Type: application/octet-stream\r\n\r\n"
).encode()
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()
BLOCK = b"x" * 65536


def begin(port: int, path: str, size: int) -> socket.socket:
    """Ask to upload `size` bytes. The cookie makes Django look into the form for its token."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"Cookie: csrftoken={'a' * 32}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {size}",
    )
    connection.sendall("\r\n".join((*lines, "\r\n")).encode() + HEAD)
    return connection


def fill(connection: socket.socket, size: int) -> None:
    while size > 0:
        connection.sendall(BLOCK[:size])
        size -= len(BLOCK)


def whole(port: int, path: str, size: int) -> int:
    """The status that an upload of `size` bytes gets; 0 where there is none."""
    try:
        with begin(port, path, size) as connection:
            try:
                fill(connection, size - len(HEAD) - len(TAIL))
                connection.sendall(TAIL)
            except OSError:
                pass  # refused before all was sent: the answer is there
            return int(connection.recv(64).split()[1])
    except (OSError, IndexError):
        return 0


def answer(port: int, path: str) -> int:
    """The status of a page within ten seconds; 0 where there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


@contextmanager
def unfinished(port: int, path: str, count: int, size: int = UNFINISHED) -> Iterator[list[int]]:
    """Uploads of which the last bytes never come, held inside the block; how much each has sent."""
    held: list[socket.socket] = []
    sent: list[int] = []

    def upload() -> None:
        try:
            connection = begin(port, path, size)
            held.append(connection)
            fill(connection, size - len(HEAD) - len(BLOCK))
            sent.append(size - len(BLOCK))
        except OSError:
            pass  # the site has ended it

    _all(upload, count)
    try:
        yield sent
    finally:
        for connection in held:
            connection.close()


def _all(do: Callable[[], object], count: int) -> None:
    threads = [threading.Thread(target=do) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S * 2)


def storm(port: int, path: str, page: str, count: int = 4, silent: int = 200) -> dict[str, Any]:
    """`count` unfinished uploads and `silent` connections that say nothing: what others get.

    Then `count` uploads at the limit at once, which is more than one thread or one buffer has.
    """
    crowd = [socket.create_connection(("127.0.0.1", port), timeout=WAIT_S) for _ in range(silent)]
    with unfinished(port, path, count) as sent:
        found: dict[str, Any] = {
            "sent": len(sent),
            "during": [answer(port, page) for _ in range(5)],
            "at_limit": whole(port, path, LIMIT),
            "over": whole(port, path, LIMIT + 1),
        }
    for connection in crowd:
        connection.close()
    statuses: list[int] = []
    _all(lambda: statuses.append(whole(port, path, LIMIT)), count)
    return {**found, "at_once": statuses, "after": answer(port, page)}


if __name__ == "__main__":
    print(json.dumps(storm(int(sys.argv[1]), sys.argv[2], sys.argv[3])))
