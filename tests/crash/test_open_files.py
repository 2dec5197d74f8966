"""A server to which the system grants fewer open files than clients want."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from depesha.app.serve import KEPT_FILES
from tests.harness.client import Client
from tests.harness.process import process, wire_to

pytestmark = [pytest.mark.slow, pytest.mark.limit(120)]

GRANTED = 2 * KEPT_FILES
MOST = GRANTED - KEPT_FILES
GET = b"GET /_matrix/client/versions HTTP/1.1\r\nHost: x\r\n\r\n"

Pipe = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def status(pipe: Pipe) -> tuple[int, bytes]:
    """Status and headers of the next answer on a connection."""
    head = await pipe[0].readuntil(b"\r\n\r\n")
    return int(head.split()[1]), head


async def test_who_comes_too_late_is_refused_and_the_others_are_served(tmp_path: Path) -> None:
    async with process(tmp_path, open_files=GRANTED) as server, wire_to(server) as wire:
        alice = await Client(wire).register("alice")
        parts = urlsplit(server.url)
        pipes: list[Pipe] = []
        for _ in range(MOST + 50):
            pipe = await asyncio.open_connection(parts.hostname, parts.port)
            pipe[1].write(GET)
            found, head = await status(pipe)
            if found == 200:
                pipes.append(pipe)
                continue
            assert found == 503
            assert b"retry-after" in head.lower()
            pipe[1].close()
        # The client of the test has a connection or two.
        assert MOST - 5 <= len(pipes) <= MOST
        # There are files left for what the server itself opens.
        content = b"x" * 100_000
        uri = (await alice.request("POST", "/_matrix/media/v3/upload", data=content)).ok()
        path = uri["content_uri"].removeprefix("mxc://")
        answer = await alice.get(f"/_matrix/client/v1/media/download/{path}")
        assert answer.body == content
        pipes[0][1].close()
        await pipes.pop(0)[1].wait_closed()
        again = 503
        while again == 503:
            pipe = await asyncio.open_connection(parts.hostname, parts.port)
            pipe[1].write(GET)
            again, _ = await status(pipe)
            pipes.append(pipe)
        assert again == 200
        for _, writer in pipes:
            writer.close()
