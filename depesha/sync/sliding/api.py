"""The endpoints of simplified sliding sync, in both forms of the wire.

Spec: MSC4186. COMPAT(Element X, 2026): clients speak the form from before its acceptance.
"""

from depesha.base.errors import invalid_param
from depesha.eventlog.changes import Token
from depesha.http.endpoint import Ask, Auth, Reply, endpoint
from depesha.signals import set_presence
from depesha.sync.api import MOST_TIMEOUT_MS
from depesha.sync.record import Sync
from depesha.sync.sliding.answer import Who, build_response
from depesha.sync.sliding.ask import (
    SlidingAsk,
    StableBody,
    UnstableBody,
    of_stable,
    of_unstable,
)
from depesha.sync.sliding.connection import Connection, unknown_pos

UNSTABLE = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"


@endpoint(
    "POST",
    "/_matrix/client/v4/sync",
    "/_matrix/client/unstable/org.matrix.msc4186/sync",
    body=StableBody,
    auth=Auth.GUEST,
    limit="none",
    parks=True,
)
async def post_sync(sync: Sync, ask: Ask[StableBody]) -> Reply:
    """The accepted form."""
    return await _answer(sync, ask.caller.user_id, ask.caller.device_id, of_stable(ask.body))


@endpoint("POST", UNSTABLE, body=UnstableBody, auth=Auth.GUEST, limit="none", parks=True)
async def post_unstable_sync(sync: Sync, ask: Ask[UnstableBody]) -> Reply:
    """The form that clients speak today."""
    presence = ask.query.get("set_presence", "online")
    if presence not in {"online", "offline", "unavailable"}:
        raise invalid_param("set_presence must be online, offline or unavailable")
    asked = of_unstable(
        ask.body, ask.caller.user_id, ask.query.get("pos"), ask.number("timeout", 0), presence
    )
    return await _answer(sync, ask.caller.user_id, ask.caller.device_id, asked)


async def _answer(sync: Sync, user_id: str, device_id: str, asked: SlidingAsk) -> Reply:
    """Answer at once when there is something to tell or the connection is new; else park."""
    log, clock = sync.spine.log, sync.spine.clock
    await log.be_fresh()
    who = Who(user_id, device_id)
    connection = _connection(sync, who, asked)
    if connection.token is not None:
        sync.taken(user_id, connection.token.position)
    if asked.set_presence != "offline":
        await set_presence(sync.signals, user_id, asked.set_presence)
    seconds = min(asked.timeout_ms, MOST_TIMEOUT_MS) / 1000 if asked.pos else 0.0
    until, number = clock.monotonic() + seconds, connection.next_number()
    while True:
        now = log.token()
        response = await build_response(sync, who, asked, connection, number, now)
        left = until - clock.monotonic()
        if response.tells or left <= 0 or not await _wait(sync, user_id, now, left):
            connection.promise(number, now, response.rooms)
            return Reply(response.body)


async def _wait(sync: Sync, user_id: str, seen: Token, seconds: float) -> bool:
    """True when something may have come after `seen`; False when the time is over."""
    log = sync.spine.log
    if (log.position, log.ephemeral) != (seen.position, seen.ephemeral):
        return True
    return await log.waiters.wait(user_id, seconds)


def _connection(sync: Sync, who: Who, asked: SlidingAsk) -> Connection:
    key = (who.user_id, who.device_id, asked.conn_id)
    if asked.pos is None:
        return sync.connections.begin(key, sync.spine.clock.new_id(8))
    connection = sync.connections.resume(key, asked.pos)
    if connection.token is None or not sync.spine.log.is_valid(connection.token):
        raise unknown_pos()
    return connection


ENDPOINTS = (post_sync, post_unstable_sync)
