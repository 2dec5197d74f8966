"""A cable between a browser and the server, which can be cut.

Playwright's own offline mode does not reach shared workers, where the client's engine lives.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Cable:
    """Carries bytes between what connects to `url` and the server, while it is whole."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._is_whole = True
        self._open: set[asyncio.StreamWriter] = set()
        self.url = ""

    def cut(self) -> None:
        """End all connections; new ones end at once."""
        self._is_whole = False
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        self._is_whole = True

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, until either side ends it or the cable is cut."""
        if not self._is_whole:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        ends = {writer, far_writer}
        self._open |= ends
        try:
            await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()


async def _pour(source: asyncio.StreamReader, drain: asyncio.StreamWriter) -> None:
    try:
        while piece := await source.read(65536):
            drain.write(piece)
            await drain.drain()
    except ConnectionError:
        pass
    finally:
        drain.close()


@asynccontextmanager
async def cable_to(port: int) -> AsyncIterator[Cable]:
    """A whole cable to a server on this machine."""
    cable = Cable(port)
    server = await asyncio.start_server(cable.carry, "127.0.0.1", 0)
    cable.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield cable
    finally:
        cable.cut()
        server.close()
