"""Whom an urgent message has reached, for its sender and the room's moderators (requirement M7)."""

from collections.abc import Collection

from depesha.base.canonical import Content
from depesha.base.errors import forbidden, not_found
from depesha.eventlog.changes import Logged
from depesha.eventlog.load import load_state_at
from depesha.eventlog.read import access_event, access_joined
from depesha.eventlog.state import MEMBER, Room
from depesha.events.power import level_of, power_of
from depesha.events.urgent import is_urgent
from depesha.io.tx import Tx
from depesha.notices import store
from depesha.notices.record import Notices
from depesha.signals import select_readers


async def describe_reached(notices: Notices, user_id: str, room_id: str, event_id: str) -> Content:
    """Who of those whom an urgent message is to reach has acknowledged it, seen it, or neither.

    Reached are to be those who were in the room when it was sent and still are. `seen` are those
    whose public receipt is at the message or after it, of its thread; who has acknowledged is not
    among them. Raises 404 M_NOT_FOUND where there is no such message for the caller, and
    403 M_FORBIDDEN for who neither sent it nor may remove people from the room.
    """
    log = notices.spine.log
    logged = await access_event(log, user_id, room_id, event_id)
    event = logged.event
    if not is_urgent(event.type, event.content):
        raise not_found("There is no such urgent message")
    room = await access_joined(log, user_id, room_id)
    needed = level_of("kick", room.find, room.version)
    if event.sender != user_id and power_of(user_id, room.find, room.version) < needed:
        raise forbidden("Only its sender and moderators see whom it has reached")
    posts = notices.profile.org.tree.posts.keys()
    return await notices.spine.db.scan(_select, log.institution.id, room, logged, posts)


async def _select(
    tx: Tx, institution_id: int, room: Room, logged: Logged, posts: Collection[str]
) -> Content:
    event = logged.event
    state = await load_state_at(tx, institution_id, room, logged.room_order)
    addressed = sorted(
        entry.state_key
        for entry in state.values()
        if entry.type == MEMBER and entry.membership == "join" and entry.state_key in room.joined
        # A post acknowledges nothing: those who hold it are in the room themselves.
        if entry.state_key != event.sender and entry.state_key not in posts
    )
    acks = {
        row.user_id: row.ts for row in await store.select_acks(tx, institution_id, event.event_id)
    }
    read = await select_readers(tx, institution_id, logged)
    acknowledged = [{"user_id": u, "ts": acks[u]} for u in addressed if u in acks]
    rest = [u for u in addressed if u not in acks]
    return {
        "event_id": event.event_id,
        "sender": event.sender,
        "addressed": len(addressed),
        "acknowledged": acknowledged,
        "seen": [{"user_id": u, "ts": read[u]} for u in rest if u in read],
        "not_reached": [u for u in rest if u not in read],
        "substituted": await _substituted(tx, institution_id, event.event_id),
    }


async def _substituted(tx: Tx, institution_id: int, event_id: str) -> list[Content]:
    """The deputies who were told, and when they have acknowledged what they were told."""
    found: list[Content] = []
    for row in await store.select_substituted(tx, institution_id, event_id):
        told: Content = {"user_id": row.user_id, "deputy": row.deputy, "ts": row.ts}
        acks = await store.select_acks(tx, institution_id, row.notice_id)
        if acks:
            told["acknowledged_ts"] = acks[0].ts
        found.append(told)
    return found
