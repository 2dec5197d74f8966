"""Files by the SHA-256 of their content.

A file is there whole or not at all, and on the disk before `put` returns. The same content is
kept once. Whoever deletes must know that nobody is just putting the same content anew.
"""

import asyncio
import contextlib
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

_PIECE = 256 * 1024
"""Bytes that travel between a file and the event loop at a time."""


class TooLarge(Exception):
    """There is more content than the caller allows."""


class Away(OSError):
    """The place of the files cannot be reached, or refuses."""


class Blob(NamedTuple):
    """What `put` has kept: the hash in hexadecimal, and the size in bytes."""

    sha256: str
    size: int


class Blobs(Protocol):
    """A place for files."""

    async def put(self, content: AsyncIterable[bytes], limit: int) -> Blob:
        """Keep the content. Raises TooLarge, having kept nothing, beyond `limit` bytes."""

    def get(self, sha256: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `stop`, or to the end, in pieces.

        Raises FileNotFoundError, also midway when the file is deleted meanwhile.
        """

    async def read(self, sha256: str, start: int, stop: int) -> bytes:
        """The bytes from `start` to before `stop` at one go, for what fits into memory.

        Raises FileNotFoundError.
        """

    async def find_size(self, sha256: str) -> int | None:
        """The size in bytes, or None when there is no such file."""

    async def delete(self, sha256: str) -> bool:
        """Remove the file; whether it was there."""

    async def free_space(self) -> int | None:
        """Bytes that can still be put, where anybody knows."""

    async def close(self) -> None:
        """Let go of what is held open."""


class Folder:
    """`Blobs` in a local folder: `ab/abcd…`, and `drafts/` for what is still arriving."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._drafts = root / "drafts"
        self._drafts.mkdir(parents=True, exist_ok=True)
        # Made once: a folder made for a file would have to reach the disk before it.
        for number in range(256):
            (root / f"{number:02x}").mkdir(exist_ok=True)
        _sync_folder(root)

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256

    async def put(self, content: AsyncIterable[bytes], limit: int) -> Blob:
        draft = _Draft(self._drafts)
        held = bytearray()
        try:
            async for piece in limited(content, limit):
                held += piece
                if len(held) >= _PIECE:
                    await asyncio.to_thread(draft.write, bytes(held))
                    held.clear()
            return await asyncio.to_thread(draft.keep, bytes(held), self._path)
        except BaseException:
            await asyncio.to_thread(draft.discard)
            raise

    async def get(
        self, sha256: str, start: int = 0, stop: int | None = None
    ) -> AsyncIterator[bytes]:
        path = self._path(sha256)
        while stop is None or start < stop:
            count = _PIECE if stop is None else min(_PIECE, stop - start)
            piece = await asyncio.to_thread(_read, path, start, count)
            if piece:
                yield piece
            if len(piece) < count:
                break
            start += count

    async def read(self, sha256: str, start: int, stop: int) -> bytes:
        return await asyncio.to_thread(_read, self._path(sha256), start, stop - start)

    async def find_size(self, sha256: str) -> int | None:
        with contextlib.suppress(FileNotFoundError):
            return (await asyncio.to_thread(self._path(sha256).stat)).st_size
        return None

    async def delete(self, sha256: str) -> bool:
        return await asyncio.to_thread(_delete, self._path(sha256))

    async def free_space(self) -> int:
        return (await asyncio.to_thread(shutil.disk_usage, self._root)).free

    async def close(self) -> None:
        """Nothing is."""

    async def sweep(self, before_ms: int) -> int:
        """Remove drafts last written before that time, left by a crash; how many there were."""
        return await asyncio.to_thread(_sweep, self._drafts, before_ms)


async def limited(content: AsyncIterable[bytes], limit: int) -> AsyncIterator[bytes]:
    """The content; raises TooLarge beyond `limit` bytes."""
    size = 0
    async for piece in content:
        size += len(piece)
        if size > limit:
            raise TooLarge
        yield piece


class _Draft:
    """A file that is being written.

    A caller that is cancelled may leave a thread at work: `discard` waits for it, or comes
    before it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._hash = hashlib.sha256()
        self._file: BinaryIO | None = None
        self._path = folder
        self._over = False
        self.size = 0

    def write(self, piece: bytes) -> None:
        with self._lock:
            self._write(piece)

    def _write(self, piece: bytes) -> BinaryIO:
        if self._over:
            raise RuntimeError("the draft has been discarded")
        if self._file is None:
            descriptor, name = tempfile.mkstemp(dir=self._folder)
            self._file = open(descriptor, "wb", buffering=0)  # noqa: SIM115
            self._path = Path(name)
        self._hash.update(piece)
        self.size += len(piece)
        left = memoryview(piece)
        while left:
            left = left[self._file.write(left) :]
        return self._file

    def keep(self, piece: bytes, path_of: Callable[[str], Path]) -> Blob:
        """Write the last piece, and give the file its name."""
        with self._lock:
            with self._write(piece) as file:
                os.fsync(file.fileno())
            blob = Blob(self._hash.hexdigest(), self.size)
            path = path_of(blob.sha256)
            self._path.rename(path)
            _sync_folder(path.parent)
            self._file = None
            return blob

    def discard(self) -> None:
        with self._lock:
            self._over = True
            if self._file is not None:
                self._file.close()
                self._path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """A name is on the disk when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path, start: int, count: int) -> bytes:
    """Opened anew for each piece, so that a reader who goes away leaves nothing open."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.pread(descriptor, count, start)
    finally:
        os.close(descriptor)


def _delete(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    _sync_folder(path.parent)
    return True


def _sweep(folder: Path, before_ms: int) -> int:
    old = [path for path in folder.iterdir() if path.stat().st_mtime_ns < before_ms * 1_000_000]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
