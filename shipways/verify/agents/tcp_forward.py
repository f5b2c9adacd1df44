"""Passes connections on to a port of localhost; runs on a machine, standard library only.

Called as `python3 relay.py FROM TO`: two port numbers.
"""

from __future__ import annotations

import asyncio
import sys


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until one side has nothing more to say."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def serve(outer: int, inner: int) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", inner)
        except OSError:
            writer.close()  # nothing listens there, or not yet
            return
        await asyncio.gather(pump(reader, forth), pump(back, writer))

    server = await asyncio.start_server(connected, "0.0.0.0", outer)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
