"""What the load needs to know of a server, whichever it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from tools.bench.process import Process
from tools.bench.wire import connected, request

CLIENT = "/_matrix/client/v3"


class NotServing(Exception):
    """The server has ended or does not answer."""


class Session(NamedTuple):
    """A signed-in user with a device."""

    user_id: str
    token: str


class SignedIn(msgspec.Struct):
    """The answer to a registration or a login."""

    user_id: str
    access_token: str


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `sign_up` makes users by these names the cheapest public way it has."""

    name: str
    port: int
    process: Process
    sign_up: Callable[[int, Sequence[str]], Awaitable[list[Session]]]
    metrics: str = ""


def session(body: bytes) -> Session:
    """The session that the answer to a registration or a login opened."""
    answer = msgspec.json.decode(body, type=SignedIn)
    return Session(answer.user_id, answer.access_token)


@asynccontextmanager
async def serving(server: Server, seconds: float = 60) -> AsyncIterator[Server]:
    """The server once it answers, stopped at the end; raises `NotServing` when it does not."""
    try:
        for _ in range(int(seconds * 10)):
            if server.process.popen.poll() is not None:
                raise NotServing(f"{server.name} ended as it started; its output.log tells why")
            if await _answers(server.port):
                break
            await asyncio.sleep(0.1)
        else:
            raise NotServing(f"{server.name} did not answer in {seconds:g} s")
        yield server
    finally:
        await server.process.stop()


async def _answers(port: int) -> bool:
    try:
        async with connected(port, 1) as (connection,):
            await connection.ask(request("GET", "/_matrix/client/versions"))
            return True
    except ConnectionError:
        return False
