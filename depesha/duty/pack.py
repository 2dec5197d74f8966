"""A zip archive that is made while it is sent: nothing of it lies about."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import IO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from depesha.base.canonical import Json, encode


class _Sink:
    """Takes what the archive writes, and gives it on. It cannot be sought in."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, data: bytes) -> int:
        self.held += data
        return len(data)

    def flush(self) -> None:
        """There is nothing to wait for."""

    def take(self) -> bytes:
        taken = bytes(self.held)
        self.held.clear()
        return taken


class Pack:
    """A zip archive in work; `now_ms` is the time that its files bear."""

    def __init__(self, now_ms: int) -> None:
        self._sink = _Sink()
        self._zip = ZipFile(cast("IO[bytes]", self._sink), "w")
        at = datetime.fromtimestamp(now_ms / 1000, UTC)
        self._at = (at.year, at.month, at.day, at.hour, at.minute, at.second)

    def _info(self, name: str, how: int) -> ZipInfo:
        info = ZipInfo(name, self._at)
        info.compress_type = how
        return info

    def add(self, name: str, content: bytes) -> bytes:
        """Put a whole file in; what of the archive is ready."""
        self._zip.writestr(self._info(name, ZIP_DEFLATED), content)
        return self._sink.take()

    def add_json(self, name: str, value: Json) -> bytes:
        return self.add(name, encode(value) + b"\n")

    async def add_pieces(
        self, name: str, pieces: AsyncIterator[bytes], *, deflate: bool = False
    ) -> AsyncIterator[bytes]:
        """Put a file in piece by piece, giving what is ready."""
        info = self._info(name, ZIP_DEFLATED if deflate else ZIP_STORED)
        with self._zip.open(info, "w", force_zip64=True) as file:
            async for piece in pieces:
                file.write(piece)
                if self._sink.held:
                    yield self._sink.take()
        yield self._sink.take()

    def close(self) -> bytes:
        """The end of the archive."""
        self._zip.close()
        return self._sink.take()
