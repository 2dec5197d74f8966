"""One response of a sliding sync: lists, rooms, extensions.

Spec: MSC4186, "API".
"""

from dataclasses import dataclass

from depesha.base.canonical import encode
from depesha.eventlog.changes import Token
from depesha.eventlog.state import MEMBER, Membership, Room
from depesha.profile import direct_rooms, ignored_users, invite_rules, room_tags
from depesha.rooms import notices_sender
from depesha.sync.changed import Changed, find_changed
from depesha.sync.record import Sync
from depesha.sync.sliding.ask import SlidingAsk
from depesha.sync.sliding.connection import Connection, SentRoom
from depesha.sync.sliding.extensions import build_extensions
from depesha.sync.sliding.lists import Candidate, Shown, find_space_children, is_listed, show
from depesha.sync.sliding.room import RoomAsk, Told, build_room


@dataclass(frozen=True, slots=True)
class Who:
    """The user and device of a connection."""

    user_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class Response:
    """The body, what the client will have, and whether it tells anything."""

    body: bytes
    rooms: dict[str, SentRoom]
    tells: bool


async def build_response(
    sync: Sync, who: Who, ask: SlidingAsk, connection: Connection, number: int, now: Token
) -> Response:
    """The response of this number, from what the client has, to `now`."""
    log = sync.spine.log
    places = await log.rooms_of(who.user_id)
    since = connection.token.position if connection.token else 0
    changed = (
        await find_changed(log, sync.spans, who.user_id, who.device_id, places, since)
        if since
        else None
    )
    candidates = await _candidates(sync, who, connection, places)
    rooms = {candidate.room.room_id: candidate.room for candidate in candidates}
    children = {
        name: None
        if each.filters.spaces is None
        else find_space_children(each.filters.spaces, places, rooms)
        for name, each in ask.lists.items()
    }
    shown = show(ask.lists, ask.subscriptions, candidates, children)
    told = await _rooms(sync, who, ask, connection, now, shown, candidates, changed)
    extensions, extended = await build_extensions(
        sync,
        who.user_id,
        who.device_id,
        ask,
        connection,
        now,
        shown,
        told,
        changed,
    )
    parts = [
        b'"pos":' + encode(connection.pos(number, now)),
        b'"lists":' + encode({name: {"count": count} for name, count in shown.counts.items()}),
        b'"rooms":{'
        + b",".join(encode(room_id) + b":" + body for room_id, body in told.bodies.items())
        + b"}",
        b'"extensions":{' + b",".join(extensions) + b"}",
    ]
    return Response(b"{" + b",".join(parts) + b"}", told.sent, bool(told.bodies) or extended)


async def _candidates(
    sync: Sync, who: Who, connection: Connection, places: dict[str, Membership]
) -> list[Candidate]:
    """The user's rooms by activity, latest first."""
    ignored = await ignored_users(sync.profile, who.user_id)
    rules, server = await invite_rules(sync.profile, who.user_id), notices_sender(sync.spine)
    listed = {
        room_id: place
        for room_id, place in places.items()
        if is_listed(place, who.user_id, was_sent=room_id in connection.rooms)
        and not (
            place.membership == "invite"
            and (
                place.sender in ignored or not (rules.takes(place.sender) or place.sender == server)
            )
        )
    }
    rooms: dict[str, Room] = await sync.spine.log.find_rooms(listed)
    direct = await direct_rooms(sync.profile, who.user_id)
    tags = await room_tags(sync.profile, who.user_id)
    candidates = [
        Candidate(room, listed[room_id], room_id in direct, tags.get(room_id, frozenset()))
        for room_id, room in rooms.items()
    ]
    candidates.sort(key=lambda candidate: candidate.activity, reverse=True)
    return candidates


async def _rooms(
    sync: Sync,
    who: Who,
    ask: SlidingAsk,
    connection: Connection,
    now: Token,
    shown: Shown,
    candidates: list[Candidate],
    changed: Changed | None,
) -> Told:
    told = Told()
    by_id = {candidate.room.room_id: candidate for candidate in candidates}
    for room_id, config in shown.configs.items():
        candidate, before = by_id[room_id], connection.rooms.get(room_id)
        if before is not None and _is_same(candidate, before, changed, config == before.config):
            continue
        mine = candidate.room.find(MEMBER, who.user_id)
        result = await build_room(
            sync,
            RoomAsk(
                who.user_id,
                who.device_id,
                candidate,
                config,
                before,
                connection.token.position if connection.token else 0,
                now.position,
                shown.lists_of.get(room_id, []),
                ask.is_stable,
                counts_changed=changed is not None and _may_count(room_id, changed),
                mine=[] if mine is None else [mine],
            ),
        )
        told.sent[room_id] = result.sent
        if result.body is not None:
            told.bodies[room_id] = result.body
            told.stuck.update(result.stuck)
    return told


def _is_same(
    candidate: Candidate, before: SentRoom, changed: Changed | None, same_config: bool
) -> bool:
    """True when nothing of the room can be new to the client."""
    room_id = candidate.room.room_id
    if changed is None or changed.kinds is None:
        return False
    if room_id in changed.rooms or room_id in changed.places or room_id in changed.touched:
        return False
    return same_config and candidate.is_dm is before.is_dm and candidate.activity <= before.position


def _may_count(room_id: str, changed: Changed) -> bool:
    """True when the counts may be others without an event; others' receipts change none."""
    return changed.kinds is None or (room_id in changed.touched and not changed.may_wait)
