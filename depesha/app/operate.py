"""The operator's way in: a socket in the data folder, or the database itself when nobody serves.

Both ask the same endpoints. Who may open the socket is the operator; why there is no token:
docs/decisions/0009-operator-socket.md.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from depesha.app.wiring import House, build
from depesha.base.canonical import Content, Json, decode, encode
from depesha.base.clock import Clock
from depesha.base.config import Config
from depesha.base.errors import MatrixError
from depesha.http.endpoint import Reply
from depesha.http.request import Request
from depesha.http.wire import Wire
from depesha.io.db import open_db
from depesha.io.local import MOST_PATH_BYTES, Answer, ask_local
from depesha.io.migrate import migrate
from depesha.tenants import open_institution

_log = logging.getLogger(__name__)


@asynccontextmanager
async def opened(config: Config, clock: Clock) -> AsyncIterator[House]:
    """The house on its migrated database, closed at the end.

    Raises ConfigError, and Unavailable when another process has the database.
    """
    await asyncio.to_thread(make_folder, Path(config.data))
    db = await open_db(config.database_url())
    try:
        await migrate(db)
        house = await build(config, clock, db, await open_institution(db, config, clock))
        try:
            yield house
        finally:
            for fetcher in house.fetchers:
                await fetcher.close()
            await house.blobs.close()
            await house.cpu.close()
    finally:
        await db.close()


def make_folder(path: Path) -> None:
    """Make the data folder, for its owner alone, unless it is there."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)


def socket_path(config: Config) -> Path:
    """Where a server on this data folder listens to its operator."""
    return Path(config.data).resolve() / "operator.sock"


@asynccontextmanager
async def listening_to_operator(house: House) -> AsyncIterator[None]:
    """Answer on the socket in the data folder, which only its owner can open."""
    path = socket_path(house.spine.config)
    if len(str(path).encode()) > MOST_PATH_BYTES:
        _log.warning("no socket for the operator: its path is too long", extra={"path": str(path)})
        yield
        return
    wire = Wire(house.operator.answer, house.spine.clock)
    await wire.listen_local(path)
    try:
        yield
    finally:
        await wire.stop()
        path.unlink(missing_ok=True)


async def ask(config: Config, method: str, target: str, body: Content) -> Json:
    """What the server answers to its operator, decoded; raises MatrixError for a refusal.

    When no server runs on the data folder, the database is opened for this one request.
    """
    content = encode(body)
    answer = await ask_local(socket_path(config), method, target, content)
    if answer is None:
        async with opened(config, Clock()) as house:
            answer = await _ask_house(house, method, target, content)
    found = decode(answer.body)
    if answer.status >= 400:
        raise MatrixError(answer.status, found["errcode"], found["error"])
    return found


async def _ask_house(house: House, method: str, target: str, content: bytes) -> Answer:
    async def piece() -> tuple[bytes, bool]:
        return content, False

    path, _, query = target.partition("?")
    request = Request(method, path, query.encode(), {}, "operator", piece)
    reply = await house.operator.answer(request)
    assert isinstance(reply, Reply)
    return Answer(reply.status, reply.body)
