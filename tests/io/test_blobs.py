"""`io.blobs`: content goes in, and comes out by its hash."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from depesha.io.blobs import Blob, Folder, TooLarge

LARGE = bytes(range(256)) * 3000
LIMIT = 1 << 20


@pytest.fixture
def blobs(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "media")


async def pieces(content: bytes, size: int = 50_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def read(blobs: Folder, sha256: str, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join([piece async for piece in blobs.get(sha256, start, stop)])


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("content", [b"", b"small", LARGE])
async def test_what_goes_in_comes_out(blobs: Folder, content: bytes):
    blob = await blobs.put(pieces(content), LIMIT)
    assert blob == Blob(hashlib.sha256(content).hexdigest(), len(content))
    assert await blobs.find_size(blob.sha256) == len(content)
    assert await read(blobs, blob.sha256) == content


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(LARGE) + 9), st.none() | st.integers(0, len(LARGE) + 9))
def test_any_range_is_the_slice(blobs: Folder, start: int, stop: int | None):
    async def run() -> bytes:
        blob = await blobs.put(pieces(LARGE), LIMIT)
        return await read(blobs, blob.sha256, start, stop)

    assert asyncio.run(run()) == LARGE[start:stop]


async def test_the_same_content_is_kept_once(blobs: Folder, tmp_path: Path):
    first, second = [await blobs.put(pieces(LARGE, size), LIMIT) for size in (1000, 9999)]
    assert first == second
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("limit", [len(LARGE), len(LARGE) - 1])
async def test_the_limit_is_the_largest_size(blobs: Folder, tmp_path: Path, limit: int):
    if limit >= len(LARGE):
        assert (await blobs.put(pieces(LARGE), limit)).size == len(LARGE)
    else:
        with pytest.raises(TooLarge):
            await blobs.put(pieces(LARGE), limit)
        assert files(tmp_path) == []


async def test_an_upload_that_breaks_off_leaves_nothing(blobs: Folder, tmp_path: Path):
    async def broken() -> AsyncIterator[bytes]:
        yield LARGE
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await blobs.put(broken(), LIMIT)
    assert files(tmp_path) == []


async def test_a_cancelled_upload_leaves_nothing(blobs: Folder, tmp_path: Path):
    arrived = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield LARGE
        arrived.set()
        await asyncio.Event().wait()

    upload = asyncio.ensure_future(blobs.put(slow(), LIMIT))
    await arrived.wait()
    assert len(files(tmp_path)) == 1
    upload.cancel()
    await asyncio.wait([upload])
    assert files(tmp_path) == []


async def test_what_is_deleted_is_gone(blobs: Folder):
    kept = await blobs.put(pieces(b"kept"), LIMIT)
    blob = await blobs.put(pieces(LARGE), LIMIT)
    reading = blobs.get(blob.sha256)
    await anext(reading)
    assert await blobs.delete(blob.sha256)
    assert not await blobs.delete(blob.sha256)
    assert await blobs.find_size(blob.sha256) is None
    with pytest.raises(FileNotFoundError):
        await anext(reading)
    with pytest.raises(FileNotFoundError):
        await read(blobs, blob.sha256)
    assert await read(blobs, kept.sha256) == b"kept"


async def test_drafts_of_a_crash_are_swept(blobs: Folder, tmp_path: Path):
    kept = await blobs.put(pieces(b"kept"), LIMIT)
    for name, seconds in (("old", 1000), ("new", 2000)):
        draft = tmp_path / "media" / "drafts" / name
        draft.touch()
        os.utime(draft, (seconds, seconds))
    assert await blobs.sweep(before_ms=1_500_000) == 1
    assert {path.name for path in files(tmp_path)} == {"new", kept.sha256}


async def test_free_space_is_known(blobs: Folder):
    assert await blobs.free_space() > 0
