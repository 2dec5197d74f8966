"""What sync replaced: `/events`, `/initialSync`, and the same of one room (deprecated).

Spec: client-server API, `GET /events`, `GET /initialSync`, `GET /rooms/{roomId}/initialSync`.
"""

from depesha.base.canonical import Json, decode, encode
from depesha.eventlog.changes import parse_token
from depesha.eventlog.read import access_known, access_page, access_room, gap, served_state, vision
from depesha.eventlog.section import Section, SyncAsk
from depesha.eventlog.state import Room
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint
from depesha.rooms import find_visibility
from depesha.sync.changed import find_changed
from depesha.sync.encode import encode_stripped_events, keeper, serve_timeline
from depesha.sync.record import Sync
from depesha.sync.room import Timeline, Window, load_timeline

_EVERYTHING = 100
MOST_TIMEOUT_MS = 120_000


@endpoint(
    "GET",
    "/_matrix/client/v3/events",
    auth=Auth.GUEST,
    limit="none",
    parks=True,
    spec="getEvents",
)
async def get_events(sync: Sync, ask: Ask[None]) -> Reply:
    """New events of the joined rooms, or of the one room named, as they come."""
    log, clock, user_id = sync.spine.log, sync.spine.clock, ask.caller.user_id
    since = parse_token(ask.query.get("from", "")) or log.token()
    position = since.position if log.is_valid(since) else log.position
    room_id = ask.query.get("room_id")
    if room_id is not None:
        await access_room(log, user_id, room_id)
    until = clock.monotonic() + ask.number("timeout", 0, high=MOST_TIMEOUT_MS) / 1000
    while True:
        now = log.token()
        found = await _events_between(sync, ask, position, now.position, room_id)
        if found or not await log.waiters.wait(user_id, until - clock.monotonic()):
            break
    body = {"chunk": list(map(decode, found)), "start": str(since), "end": str(now)}
    return Reply(encode(body))


async def _events_between(
    sync: Sync, ask: Ask[None], since: int, until: int, room_id: str | None
) -> list[bytes]:
    """The newest events of each room that the caller may see, as JSON."""
    log, caller = sync.spine.log, ask.caller
    places = await log.rooms_of(caller.user_id)
    changed = await find_changed(log, sync.spans, caller.user_id, "", places, since)
    found: list[bytes] = []
    for changed_id in changed.rooms if room_id is None else [room_id]:
        room = await log.find_room(changed_id)
        if room is None:
            continue
        keep = await keeper(sync, caller.user_id, changed_id)
        sight = await vision(log, caller.user_id, room)
        window = Window(room, since, until, _EVERYTHING, keep, sight)
        timeline = await load_timeline(log, window)
        found += await serve_timeline(sync, caller.user_id, caller.device_id, window, timeline)
    return found


async def _room(sync: Sync, ask: Ask[None], room: Room, section: Section) -> bytes:
    """One room: its latest messages, its state, and the user's data of it."""
    caller, log = ask.caller, sync.spine.log
    limit = ask.number("limit", 20, low=1, high=_EVERYTHING)
    page = await access_page(
        log, caller.user_id, room, start=None, stop=None, backward=True, limit=limit
    )
    events = page.events[::-1]
    known = await access_known(log, caller.user_id, room.room_id)
    window = Window(room, 0, room.position, limit, lambda _: True, page.vision)
    timeline = Timeline(events, limited=page.end is not None)
    chunk = await serve_timeline(sync, caller.user_id, caller.device_id, window, timeline)
    account_data = section.room_account_data.get(room.room_id, [])
    listed = await find_visibility(sync.rooms, room.room_id)
    return (
        b'{"room_id":%b,"membership":%b,"visibility":%b,"messages":{"start":%b,"end":%b,'
        b'"chunk":[%b]},"state":[%b],"account_data":[%b]}'
    ) % (
        encode(room.room_id),
        encode(room.membership(caller.user_id)),
        encode(listed),
        encode(gap(timeline.before(window))),
        encode(gap(room.position)),
        b",".join(chunk),
        b",".join(map(served_state, known.entries())),
        b",".join(account_data),
    )


async def _sections(sync: Sync, ask: Ask[None], rooms: dict[str, int]) -> Section:
    caller = ask.caller
    question = SyncAsk(caller.user_id, caller.device_id, 0, sync.spine.log.position, 0, rooms, None)
    return await sync.ask_all(question)


@endpoint(
    "GET",
    "/_matrix/client/v3/rooms/{roomId}/initialSync",
    auth=Auth.GUEST,
    spec="roomInitialSync",
)
async def get_room_initial_sync(sync: Sync, ask: Ask[None]) -> Reply:
    """The state and latest messages of one room."""
    room = await access_room(sync.spine.log, ask.caller.user_id, ask.params["roomId"])
    section = await _sections(sync, ask, {room.room_id: 0})
    return Reply(await _room(sync, ask, room, section))


@endpoint("GET", "/_matrix/client/v3/initialSync", auth=Auth.GUEST, spec="initialSync")
async def get_initial_sync(sync: Sync, ask: Ask[None]) -> Reply:
    """Everything, once."""
    log, user_id = sync.spine.log, ask.caller.user_id
    places = dict(await log.rooms_of(user_id))
    now = log.token()
    joined = {r: 0 for r, place in places.items() if place.membership == "join"}
    section = await _sections(sync, ask, joined)
    rooms = await log.find_rooms(places)
    parts: list[bytes] = []
    for room_id, place in places.items():
        room = rooms.get(room_id)
        if room is None:
            continue
        if place.membership == "join":
            parts.append(await _room(sync, ask, room, section))
        elif place.membership == "invite":
            stripped = encode_stripped_events(room, user_id)
            parts.append(
                b'{"room_id":%b,"membership":"invite","invite":%b}'
                % (encode(room_id), _own_invite(room, user_id, stripped))
            )
    body = b'{"end":%b,"presence":[%b],"account_data":[%b],"rooms":[%b]}' % (
        encode(str(now)),
        b",".join(section.presence),
        b",".join(section.account_data),
        b",".join(parts),
    )
    return Reply(body)


def _own_invite(room: Room, user_id: str, stripped: bytes) -> bytes:
    """The invitation with the room's stripped state."""
    entry = room.find("m.room.member", user_id)
    event: dict[str, Json] = decode(served_state(entry)) if entry else {}
    event["unsigned"] = {"invite_room_state": decode(b"[" + stripped + b"]")}
    return encode(event)


ENDPOINTS: tuple[Endpoint[Sync, Json], ...] = (
    get_events,
    get_room_initial_sync,
    get_initial_sync,
)
