"""`GET /sync`: one question, parked until there is an answer or its time is over."""

from depesha.base.canonical import Json
from depesha.base.errors import invalid_param
from depesha.eventlog.changes import Token, parse_token
from depesha.eventlog.filter import Filter, parse_filter
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint
from depesha.keys import acknowledge, drop_unclaimed
from depesha.profile import access_filter
from depesha.signals import set_presence
from depesha.sync.answer import Asked, build_answer, encode_nothing
from depesha.sync.record import Sync

MOST_TIMEOUT_MS = 120_000
_NO_FILTER = Filter()


@endpoint("GET", "/_matrix/client/v3/sync", auth=Auth.GUEST, limit="none", parks=True, spec="sync")
async def get_sync(sync: Sync, ask: Ask[None]) -> Reply:
    """What changed since a token, or everything. Spec: "Syncing"."""
    log, clock, caller = sync.spine.log, sync.spine.clock, ask.caller
    await log.be_fresh()
    since = await access_since(sync, ask)
    wanted = await _filter(sync, ask)
    full_state = ask.flag("full_state")
    timeout = ask.number("timeout", 0, high=MOST_TIMEOUT_MS) / 1000
    if (status := ask.query.get("set_presence", "online")) != "offline":
        await set_presence(sync.signals, caller.user_id, status)
    until = clock.monotonic() + timeout
    if since is not None:
        sync.taken(caller.user_id, since.position)
        await acknowledge(sync.keys, caller.user_id, caller.device_id, since.to_device_since)
    position, ephemeral = (since.position, _ephemeral(sync, since)) if since else (0, 0)
    to_device = since.to_device_since if since else 0
    asked = Asked(
        caller.user_id,
        caller.device_id,
        position,
        to_device,
        ephemeral,
        wanted,
        full_state,
        _state_after(ask),
    )
    return Reply(await _answer(sync, asked, until))


async def _answer(sync: Sync, asked: Asked, until: float) -> bytes:
    """The answer as soon as there is one, or the empty one at `until` of the monotonic clock."""
    log, clock = sync.spine.log, sync.spine.clock
    while True:
        now, body, left = log.token(), None, until - clock.monotonic()
        # Most come with the token of now, only to wait.
        if asked.full_state or not asked.is_at(now):
            body = await build_answer(sync, asked, now, may_wait=left > 0)
            if body:
                return body
            asked = asked.moved_to(now) if body is None else asked
        if (log.position, log.ephemeral) != (now.position, now.ephemeral):
            continue
        if not await log.waiters.wait(asked.user_id, left):
            if body is None:
                return await encode_nothing(sync, asked, now)
            until = clock.monotonic()  # What could wait is told now.


async def access_since(sync: Sync, ask: Ask[None]) -> Token | None:
    """The token that the client comes with; None for a first sync, and for one that is void.

    A token from beyond the log's end proves that an older backup was restored: the device gets a
    fresh sync, and its unclaimed one-time keys go, since they may have been claimed after it.
    """
    text = ask.query.get("since")
    if text is None:
        return None
    token = parse_token(text)
    if token is None:
        raise invalid_param("Unknown token: since")
    if sync.spine.log.is_valid(token):
        return token
    await drop_unclaimed(sync.keys, ask.caller.user_id, ask.caller.device_id)
    return None


def _ephemeral(sync: Sync, token: Token) -> int:
    return token.ephemeral if token.worker == sync.spine.log.worker else 0


def _state_after(ask: Ask[None]) -> str:
    if ask.flag("use_state_after"):
        return "state_after"
    # COMPAT(matrix-js-sdk): asks by the name that MSC4222 had before v1.16.
    if ask.flag("org.matrix.msc4222.use_state_after"):
        return "org.matrix.msc4222.state_after"
    return ""


async def _filter(sync: Sync, ask: Ask[None]) -> Filter:
    text = ask.query.get("filter")
    if text is None:
        return _NO_FILTER
    if text.startswith("{"):
        return parse_filter(text)
    return await access_filter(sync.profile, ask.caller.user_id, text)


ENDPOINTS: tuple[Endpoint[Sync, Json], ...] = (get_sync,)
