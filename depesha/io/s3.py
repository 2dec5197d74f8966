"""Files in an S3-compatible store, by the SHA-256 of their content; see `io/blobs.py`.

Requests are signed by AWS Signature Version 4, the hash of the content included, so that the
store itself notices what was damaged on its way.
"""

import asyncio
import hashlib
import hmac
import ssl
import tempfile
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlsplit

import httpcore

from depesha.base.clock import Clock
from depesha.io.blobs import Away, Blob, limited

PIECE = 1 << 20
"""Bytes that are asked for at a time, so that a reader who goes away leaves nothing open."""
ATTEMPTS = 3
PAUSE_SECONDS = 0.5

_EMPTY = hashlib.sha256().hexdigest()
_TIMEOUT = {"connect": 10.0, "read": 60.0, "write": 60.0, "pool": 60.0}
_CONNECTIONS = 50
_LOST = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)


@dataclass(frozen=True, slots=True)
class Account:
    """Where the bucket is, as `https://host/bucket` with a prefix if wanted, and who we are."""

    url: str
    region: str
    access_key: str
    secret_key: str


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[bytes, bytes]
    body: bytes


class Bucket:
    """`Blobs` in one bucket. What arrives waits in `drafts` until its hash is known."""

    def __init__(self, account: Account, drafts: Path, clock: Clock) -> None:
        self._account = account
        self._parts = urlsplit(account.url.rstrip("/"))
        self._drafts = drafts
        self._clock = clock
        self._pool: httpcore.AsyncConnectionPool | None = None

    async def put(self, content: AsyncIterable[bytes], limit: int) -> Blob:
        draft = await asyncio.to_thread(_draft, self._drafts)
        try:
            sha256, size = hashlib.sha256(), 0
            async for piece in limited(content, limit):
                sha256.update(piece)
                size += len(piece)
                await asyncio.to_thread(draft.write, piece)
            blob = Blob(sha256.hexdigest(), size)
            if await self.find_size(blob.sha256) != size:
                _check(await self._ask("PUT", blob.sha256, blob=blob, draft=draft), 200)
            return blob
        finally:
            await asyncio.to_thread(draft.close)

    async def get(
        self, sha256: str, start: int = 0, stop: int | None = None
    ) -> AsyncIterator[bytes]:
        while stop is None or start < stop:
            end = start + PIECE if stop is None else min(start + PIECE, stop)
            piece = await self.read(sha256, start, end)
            if piece:
                yield piece
            if len(piece) < end - start:
                break
            start = end

    async def read(self, sha256: str, start: int, stop: int) -> bytes:
        if stop <= start:
            if await self.find_size(sha256) is None:
                raise FileNotFoundError(sha256)
            return b""
        answer = await self._ask("GET", sha256, asks_for=(start, stop - 1))
        if answer.status == 404:
            raise FileNotFoundError(sha256)
        if answer.status == 416:
            return b""
        _check(answer, 206, 200)
        return answer.body if answer.status == 206 else answer.body[start:stop]

    async def find_size(self, sha256: str) -> int | None:
        answer = await self._ask("HEAD", sha256)
        if answer.status == 404:
            return None
        _check(answer, 200)
        return int(answer.headers[b"content-length"])

    async def delete(self, sha256: str) -> bool:
        is_there = await self.find_size(sha256) is not None
        _check(await self._ask("DELETE", sha256), 200, 204, 404)
        return is_there

    async def free_space(self) -> None:
        """Nobody knows."""

    async def close(self) -> None:
        """Hang up."""
        if self._pool is not None:
            await self._pool.aclose()

    # --- requests ---------------------------------------------------------------------

    async def _ask(
        self,
        method: str,
        sha256: str,
        *,
        blob: Blob | None = None,
        draft: IO[bytes] | None = None,
        asks_for: tuple[int, int] | None = None,
    ) -> _Answer:
        """The answer, after some attempts; raises Away."""
        error: Exception = Away("no attempt")
        for attempt in range(ATTEMPTS):
            if attempt:
                await self._clock.sleep(PAUSE_SECONDS * attempt)
            try:
                answer = await self._try(method, sha256, blob, draft, asks_for)
            except (*_LOST, OSError) as lost:
                error = Away(f"{self._parts.netloc}: {lost!r}")
                continue
            if answer.status < 500:
                return answer
            error = Away(f"{self._parts.netloc}: status {answer.status}")
        raise error

    async def _try(
        self,
        method: str,
        sha256: str,
        blob: Blob | None,
        draft: IO[bytes] | None,
        asks_for: tuple[int, int] | None,
    ) -> _Answer:
        path = quote(f"{self._parts.path}/{sha256[:2]}/{sha256}")
        headers = self._signed(method, path, blob.sha256 if blob else _EMPTY)
        if blob is not None:
            headers["Content-Length"] = str(blob.size)
        if asks_for is not None:
            headers["Range"] = f"bytes={asks_for[0]}-{asks_for[1]}"
        self._pool = self._pool or httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(), max_connections=_CONNECTIONS
        )
        answer = await self._pool.request(
            method,
            httpcore.URL(
                scheme=self._parts.scheme,
                host=self._parts.hostname or "",
                port=self._parts.port,
                target=path,
            ),
            headers=list(headers.items()),
            content=None if draft is None else _pieces(draft),
            extensions={"timeout": _TIMEOUT},
        )
        found = {name.lower(): value for name, value in answer.headers}
        return _Answer(answer.status, found, answer.content)

    def _signed(self, method: str, path: str, content: str) -> dict[str, str]:
        """The headers of a request, with its signature."""
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        account = self._account
        headers = {
            "Host": self._parts.netloc.rpartition("@")[2],
            "x-amz-content-sha256": content,
            "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ"),
        }
        scope = f"{now:%Y%m%d}/{account.region}/s3/aws4_request"
        signature = sign(account, method, path, headers, scope)
        told = f"SignedHeaders={_names(headers)},Signature={signature}"
        credential = f"AWS4-HMAC-SHA256 Credential={account.access_key}/{scope}"
        return {**headers, "Authorization": f"{credential},{told}"}


def sign(account: Account, method: str, path: str, headers: dict[str, str], scope: str) -> str:
    """The signature, in hexadecimal, of a request without a query.

    `headers` are those that are signed, in the order of their names.
    """
    lines = (f"{name.lower()}:{value}\n" for name, value in headers.items())
    content = headers["x-amz-content-sha256"]
    canonical = f"{method}\n{path}\n\n{''.join(lines)}\n{_names(headers)}\n{content}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{headers['x-amz-date']}\n{scope}\n{digest}"
    key = f"AWS4{account.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def _names(headers: dict[str, str]) -> str:
    return ";".join(name.lower() for name in headers)


def _check(answer: _Answer, *statuses: int) -> None:
    if answer.status not in statuses:
        raise Away(f"the store refuses: {answer.status} {answer.body[:300]!r}")


def _draft(folder: Path) -> IO[bytes]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.TemporaryFile(dir=folder)


async def _pieces(draft: IO[bytes]) -> AsyncIterator[bytes]:
    """The draft from its beginning, also when it is sent again."""
    await asyncio.to_thread(draft.seek, 0)
    while piece := await asyncio.to_thread(draft.read, PIECE):
        yield piece
