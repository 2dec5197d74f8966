"""The search endpoint. Spec: client-server API, `POST /search`."""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from depesha.base.canonical import Content, Json, decode
from depesha.base.errors import invalid_param
from depesha.eventlog.changes import Logged
from depesha.eventlog.filter import EventFilter
from depesha.eventlog.read import END, Vision, find_events, gap, load_room_at, served_state, vision
from depesha.eventlog.state import MEMBER, Room
from depesha.http.endpoint import Ask, Endpoint, Reply, endpoint, json_reply
from depesha.search import store
from depesha.search.record import Search
from depesha.search.words import SEARCHED, highlights, stems, text_of
from depesha.timeline import Viewer, load_page, serve_events

MOST_RESULTS = 100
_MOST_SCANNED = 5_000
_KEYS = {
    "content.body": "m.room.message",
    "content.name": "m.room.name",
    "content.topic": "m.room.topic",
}

Some = Annotated[int, msgspec.Meta(ge=0, le=100)]


class ContextAsk(msgspec.Struct, frozen=True):
    """`event_context`."""

    before_limit: Some = 5
    after_limit: Some = 5
    include_profile: bool = False


class GroupKey(msgspec.Struct, frozen=True):
    """One entry of `group_by`."""

    key: Literal["room_id", "sender"]


class Groupings(msgspec.Struct, frozen=True):
    """`groupings`."""

    group_by: list[GroupKey] = []


class RoomEventsAsk(msgspec.Struct, frozen=True):
    """The criteria of a search in room events."""

    search_term: Annotated[str, msgspec.Meta(max_length=1_000)]
    keys: list[Literal["content.body", "content.name", "content.topic"]] | None = None
    filter: EventFilter = EventFilter()
    order_by: Literal["recent", "rank"] = "rank"
    event_context: ContextAsk | None = None
    include_state: bool = False
    groupings: Groupings = Groupings()


class Categories(msgspec.Struct, frozen=True):
    """`search_categories`."""

    room_events: RoomEventsAsk | None = None


class SearchBody(msgspec.Struct, frozen=True):
    """The body of a search."""

    search_categories: Categories


@dataclass(frozen=True, slots=True)
class _Hit:
    logged: Logged
    room: Room
    sight: Vision
    rank: float


@endpoint("POST", "/_matrix/client/v3/search", body=SearchBody, limit="search", spec="search")
async def post_search(search: Search, ask: Ask[SearchBody]) -> Reply:
    """Events that have the words and that the caller may see."""
    asked = ask.body.search_categories.room_events
    if asked is None:
        return json_reply({"search_categories": {}})
    viewer = Viewer(ask.caller.user_id, ask.caller.device_id)
    skip = _skip(ask.query.get("next_batch"))
    wanted = list(dict.fromkeys(stems(asked.search_term)))
    hits = await _find(search, viewer.user_id, asked, wanted) if wanted else []
    limit = min(asked.filter.count(10), MOST_RESULTS)
    page = hits[skip : skip + limit]
    results = [await _result(search, viewer, asked, hit) for hit in page]
    told: Content = {
        "count": len(hits),
        "highlights": sorted(_highlights(page, frozenset(wanted))),
        "results": results,
    }
    if len(hits) > skip + limit:
        told["next_batch"] = f"r{skip + limit}"
    if asked.include_state:
        told["state"] = {
            hit.room.room_id: [decode(served_state(entry)) for entry in hit.room.entries()]
            for hit in page
            if hit.room.membership(viewer.user_id) == "join"
        }
    if asked.groupings.group_by:
        told["groups"] = _groups(asked, page)
    return json_reply({"search_categories": {"room_events": told}})


def _skip(token: str | None) -> int:
    if token is None:
        return 0
    if token[:1] != "r" or not token[1:].isascii() or not token[1:].isdigit() or len(token) > 8:
        raise invalid_param("Unknown next_batch")
    return int(token[1:])


async def _find(search: Search, user_id: str, asked: RoomEventsAsk, words: list[str]) -> list[_Hit]:
    spine = search.spine
    places = await spine.log.rooms_of(user_id)
    in_reach = [
        room_id
        for room_id, place in places.items()
        if place.membership in {"join", "leave", "ban"}
        and not place.forgotten
        and asked.filter.allows_room(room_id)
    ]
    rooms = await spine.log.find_rooms(in_reach)
    nids = [room.nid for room in rooms.values()]
    rows = await spine.db.scan(
        lambda tx: store.select_found(
            tx,
            spine.institution.id,
            words,
            nids,
            by_rank=asked.order_by == "rank",
            limit=_MOST_SCANNED,
        )
    )
    events = await find_events(spine.log, [store.position_of(row.docid) for row in rows])
    types = {_KEYS[key] for key in asked.keys} if asked.keys else set(SEARCHED)
    sights: dict[str, Vision] = {}
    hits: list[_Hit] = []
    for row in rows:
        logged = events.get(store.position_of(row.docid))
        if logged is None or logged.redacted_by or logged.event.type not in types:
            continue
        event = logged.event
        room = rooms[event.room_id]
        if event.room_id not in sights:
            sights[event.room_id] = await vision(spine.log, user_id, room)
        sight = sights[event.room_id]
        passes = asked.filter.allows(event.type, event.sender, event.content)
        if passes and sight.may_see(logged):
            hits.append(_Hit(logged, room, sight, row.rank))
    return hits


async def _result(search: Search, viewer: Viewer, asked: RoomEventsAsk, hit: _Hit) -> Content:
    (event,) = await serve_events(search.timeline, viewer, hit.room, [hit.logged], hit.sight)
    result: Content = {"rank": hit.rank, "result": decode(event)}
    if asked.event_context is not None:
        result["context"] = await _context(search, viewer, asked.event_context, hit)
    return result


async def _context(search: Search, viewer: Viewer, asked: ContextAsk, hit: _Hit) -> Content:
    at, events = hit.logged.room_order, [hit.logged]
    context: Content = {}
    for name, backward, limit in (
        ("events_before", True, asked.before_limit),
        ("events_after", False, asked.after_limit),
    ):
        page = await load_page(
            search.timeline,
            viewer,
            hit.room,
            start=at - 1 if backward else at,
            stop=None,
            backward=backward,
            limit=max(1, limit),
            wanted=EventFilter(),
        )
        found = page.events[:limit]
        served = await serve_events(search.timeline, viewer, hit.room, found, hit.sight)
        context[name] = [decode(event) for event in served]
        events += found
    context["start"] = gap(min(e.room_order for e in events) - 1)
    context["end"] = gap(max(e.room_order for e in events))
    if asked.include_profile:
        senders = {e.event.sender for e in events}
        known = await load_room_at(search.spine.log, hit.room, hit.sight.stay or END)
        context["profile_info"] = {
            sender: {
                name: entry.content[name]
                for name in ("displayname", "avatar_url")
                if isinstance(entry.content.get(name), str)
            }
            for sender in senders
            if (entry := known.find(MEMBER, sender)) is not None
        }
    return context


def _highlights(hits: list[_Hit], wanted: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for hit in hits:
        event = hit.logged.event
        found |= highlights(text_of(event.type, event.content), wanted)
    return found


def _groups(asked: RoomEventsAsk, hits: list[_Hit]) -> Content:
    groups: Content = {}
    for by in asked.groupings.group_by:
        values: dict[str, Content] = {}
        for hit in hits:
            event = hit.logged.event
            value = event.room_id if by.key == "room_id" else event.sender
            group = values.setdefault(value, {"results": [], "order": len(values)})
            group["results"].append(event.event_id)
        groups[by.key] = values
    return groups


ENDPOINTS: tuple[Endpoint[Search, Json], ...] = (post_search,)
