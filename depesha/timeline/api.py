"""Endpoints of history, relations and threads."""

from functools import partial

from depesha.base.canonical import Json, encode
from depesha.base.errors import MatrixError, invalid_param, not_found
from depesha.eventlog import store as eventlog_store
from depesha.eventlog.filter import MOST_EVENTS, EventFilter, parse_event_filter
from depesha.eventlog.read import (
    END,
    access_event,
    access_room,
    check_gap,
    find_events,
    gap,
    load_room_at,
    served_state,
    vision,
)
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.timeline.history import (
    Viewer,
    find_senders,
    load_page,
    load_state,
    serve_events,
)
from depesha.timeline.record import Timelines
from depesha.timeline.relations import MOST_DEPTH, Wanted, load_children, load_threads

MOST_RELATIONS = 100
MOST_EDGES = 100
"""How often what a person sees of a room may change before the event that they ask for."""


def _viewer(ask: Ask[None]) -> Viewer:
    return Viewer(ask.caller.user_id, ask.caller.device_id)


def _place(ask: Ask[None], name: str) -> int | None:
    text = ask.query.get(name)
    return None if not text else check_gap(text)


def _is_backward(ask: Ask[None], default: str | None = None) -> bool:
    direction = ask.query.get("dir", default)
    if direction is None:
        direction = ask.need("dir")
    if direction not in {"b", "f"}:
        raise invalid_param("dir must be b or f")
    return direction == "b"


def _filter(ask: Ask[None]) -> EventFilter:
    text = ask.query.get("filter")
    return parse_event_filter(text) if text else EventFilter()


@endpoint(
    "GET", "/_matrix/client/v3/rooms/{roomId}/messages", auth=Auth.GUEST, spec="getRoomEvents"
)
async def get_messages(timeline: Timelines, ask: Ask[None]) -> Reply:
    """A page of the room's timeline."""
    backward, wanted, viewer = _is_backward(ask), _filter(ask), _viewer(ask)
    limit = min(ask.number("limit", 10, low=0), wanted.count(MOST_EVENTS), MOST_EVENTS) or 1
    start, stop = _place(ask, "from"), _place(ask, "to")
    room = await access_room(timeline.spine.log, viewer.user_id, ask.params["roomId"])
    page = await load_page(
        timeline,
        viewer,
        room,
        start=start,
        stop=stop,
        backward=backward,
        limit=limit,
        wanted=wanted,
    )
    chunk = await serve_events(timeline, viewer, room, page.events, page.vision)
    begin = room.position if page.start == END else page.start
    parts = [
        b'"chunk":[' + b",".join(chunk) + b"]",
        b'"start":' + encode(gap(begin)),
    ]
    if page.end is not None:
        parts.append(b'"end":' + encode(gap(page.end)))
    if wanted.lazy_load_members:
        known = await load_room_at(timeline.spine.log, room, page.vision.stay or END)
        members = find_senders(known, page.events)
        parts.append(b'"state":[' + b",".join(map(served_state, members)) + b"]")
    return Reply(b"{" + b",".join(parts) + b"}")


@endpoint(
    "GET",
    "/_matrix/client/v3/rooms/{roomId}/event/{eventId}",
    auth=Auth.GUEST,
    spec="getOneRoomEvent",
)
async def get_event(timeline: Timelines, ask: Ask[None]) -> Reply:
    """One event. Spec: `GET /rooms/{roomId}/event/{eventId}`."""
    viewer, room_id = _viewer(ask), ask.params["roomId"]
    return Reply(await _one(timeline, viewer, room_id, ask.params["eventId"]))


async def _one(timeline: Timelines, viewer: Viewer, room_id: str, event_id: str) -> bytes:
    log = timeline.spine.log
    logged = await access_event(log, viewer.user_id, room_id, event_id)
    room = await access_room(log, viewer.user_id, room_id)
    sight = await vision(log, viewer.user_id, room)
    return (await serve_events(timeline, viewer, room, [logged], sight))[0]


@endpoint("GET", "/_matrix/client/v3/events/{eventId}", spec="getOneEvent")
async def get_event_anywhere(timeline: Timelines, ask: Ask[None]) -> Reply:
    """One event by its id alone (deprecated)."""
    spine, event_id = timeline.spine, ask.params["eventId"]
    place = await spine.db.read(eventlog_store.select_place, spine.institution.id, event_id)
    if place is None:
        raise not_found("Event not found")
    try:
        return Reply(await _one(timeline, _viewer(ask), place.room_id, event_id))
    except MatrixError as error:
        raise not_found("Event not found") from error


@endpoint(
    "GET",
    "/_matrix/client/v3/rooms/{roomId}/context/{eventId}",
    auth=Auth.GUEST,
    spec="getEventContext",
)
async def get_context(timeline: Timelines, ask: Ask[None]) -> Reply:
    """An event with what came before and after it."""
    log, viewer, wanted = timeline.spine.log, _viewer(ask), _filter(ask)
    limit = ask.number("limit", 10, high=MOST_RELATIONS)
    room_id = ask.params["roomId"]
    logged = await access_event(log, viewer.user_id, room_id, ask.params["eventId"])
    room = await access_room(log, viewer.user_id, room_id)
    at = logged.room_order
    before, after = [
        await load_page(
            timeline,
            viewer,
            room,
            start=at - 1 if backward else at,
            stop=None,
            backward=backward,
            limit=max(1, count),
            wanted=wanted,
        )
        for backward, count in ((True, limit // 2), (False, limit - limit // 2))
    ]
    earlier = before.events[: limit // 2]
    later = after.events[: limit - limit // 2]
    everyone = [*earlier, logged, *later]
    served = await serve_events(timeline, viewer, room, everyone, before.vision)
    last = max(e.room_order for e in everyone)
    first = min(e.room_order for e in everyone)
    senders = {e.event.sender for e in everyone}
    state = await load_state(timeline, room, last, wanted, senders)
    count = len(earlier)
    parts = [
        b'"events_before":[' + b",".join(served[:count]) + b"]",
        b'"event":' + served[count],
        b'"events_after":[' + b",".join(served[count + 1 :]) + b"]",
        b'"start":' + encode(gap(first - 1)),
        b'"end":' + encode(gap(last)),
        b'"state":[' + b",".join(map(served_state, state)) + b"]",
    ]
    return Reply(b"{" + b",".join(parts) + b"}")


@endpoint(
    "GET",
    "/_matrix/client/v1/rooms/{roomId}/timestamp_to_event",
    "/_matrix/client/unstable/org.matrix.msc3030/rooms/{roomId}/timestamp_to_event",
    spec="getEventByTimestamp",
)
async def get_event_by_timestamp(timeline: Timelines, ask: Ask[None]) -> Reply:
    """The event nearest to a time, in one direction."""
    spine, forward = timeline.spine, not _is_backward(ask)
    ask.need("ts")
    ts = ask.number("ts", 0)
    room = await access_room(spine.log, ask.caller.user_id, ask.params["roomId"])
    sight = await vision(spine.log, ask.caller.user_id, room)

    select = partial(eventlog_store.select_position_at_time, forward=forward)
    span = (0, END)
    for _ in range(MOST_EDGES):
        position = await spine.db.scan(select, spine.institution.id, room.nid, ts, *span)
        if position is None:
            break
        logged = (await find_events(spine.log, [position]))[position]
        if sight.may_see(logged):
            event = logged.event
            return json_reply(
                {"event_id": event.event_id, "origin_server_ts": event.origin_server_ts}
            )
        edge = sight.edge(logged.room_order, forward=forward)
        if edge is None:
            break
        span = (edge, END) if forward else (0, edge)
    raise not_found("Unable to find an event from that time in that direction")


async def _relations(
    timeline: Timelines, ask: Ask[None], rel_type: str | None, type_: str | None
) -> Reply:
    log, viewer, room_id = timeline.spine.log, _viewer(ask), ask.params["roomId"]
    backward = _is_backward(ask, "b")
    limit = ask.number("limit", 20, low=1, high=MOST_RELATIONS)
    start, stop = _place(ask, "from"), _place(ask, "to")
    recurse = ask.flag("recurse") or ask.flag("org.matrix.msc3981.recurse")
    parent = await access_event(log, viewer.user_id, room_id, ask.params["eventId"])
    room = await access_room(log, viewer.user_id, room_id)
    sight = await vision(log, viewer.user_id, room)
    depth = MOST_DEPTH if recurse else 1
    wanted = Wanted(rel_type, type_, depth, start, stop, backward, limit)
    page = await load_children(timeline, sight, room, parent.event.event_id, wanted)
    chunk = await serve_events(timeline, viewer, room, page.events, sight)
    parts = [b'"chunk":[' + b",".join(chunk) + b"]"]
    if page.end is not None:
        parts.append(b'"next_batch":' + encode(gap(page.end)))
    if start is not None:
        parts.append(b'"prev_batch":' + encode(gap(start)))
    if "recurse" in ask.query or "org.matrix.msc3981.recurse" in ask.query:
        parts.append(b'"recursion_depth":%d' % depth)
    return Reply(b"{" + b",".join(parts) + b"}")


@endpoint("GET", "/_matrix/client/v1/rooms/{roomId}/relations/{eventId}", spec="getRelatingEvents")
async def get_relations(timeline: Timelines, ask: Ask[None]) -> Reply:
    """All children of an event."""
    return await _relations(timeline, ask, None, None)


@endpoint(
    "GET",
    "/_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}",
    spec="getRelatingEventsWithRelType",
)
async def get_relations_of_kind(timeline: Timelines, ask: Ask[None]) -> Reply:
    """Children of one kind of relation."""
    return await _relations(timeline, ask, ask.params["relType"], None)


@endpoint(
    "GET",
    "/_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}/{eventType}",
    spec="getRelatingEventsWithRelTypeAndEventType",
)
async def get_relations_of_type(timeline: Timelines, ask: Ask[None]) -> Reply:
    """Children of one kind of relation and one event type."""
    return await _relations(timeline, ask, ask.params["relType"], ask.params["eventType"])


@endpoint("GET", "/_matrix/client/v1/rooms/{roomId}/threads", spec="getThreadRoots")
async def get_threads(timeline: Timelines, ask: Ask[None]) -> Reply:
    """Thread roots, the one with the latest reply first."""
    include = ask.query.get("include", "all")
    if include not in {"all", "participated"}:
        raise invalid_param("include must be all or participated")
    log, viewer = timeline.spine.log, _viewer(ask)
    limit = ask.number("limit", 20, low=1, high=MOST_RELATIONS)
    before = _place(ask, "from")
    room = await access_room(log, viewer.user_id, ask.params["roomId"])
    sight = await vision(log, viewer.user_id, room)
    roots, rest = await load_threads(
        timeline,
        sight,
        room,
        participated=include == "participated",
        before=END if before is None else before,
        limit=limit,
    )
    chunk = await serve_events(timeline, viewer, room, roots, sight)
    parts = [b'"chunk":[' + b",".join(chunk) + b"]"]
    if rest is not None:
        parts.append(b'"next_batch":' + encode(gap(rest)))
    return Reply(b"{" + b",".join(parts) + b"}")


ENDPOINTS: tuple[Endpoint[Timelines, Json], ...] = (
    get_messages,
    get_event,
    get_event_anywhere,
    get_context,
    get_event_by_timestamp,
    get_relations,
    get_relations_of_kind,
    get_relations_of_type,
    get_threads,
)
