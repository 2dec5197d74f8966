"""Telling those who stand in for the people whom an urgent message is to reach.

Requirements M7, G7. At once whoever stands in now; after `urgent_escalation_minutes`, for those who
have not acknowledged it, also whoever is to stand in next. A substitution ends by itself.
"""

from collections.abc import Iterator

import msgspec

from depesha.accounts import is_active
from depesha.base.canonical import Content
from depesha.eventlog.append import Writing
from depesha.eventlog.read import find_event
from depesha.eventlog.state import MEMBER, Room
from depesha.events.event import Event
from depesha.events.urgent import URGENT
from depesha.io.jobs import Job
from depesha.io.tx import Tx
from depesha.notices import store
from depesha.notices.record import Notices
from depesha.notices.rules import find_deputies
from depesha.notices.send import Told, send_content
from depesha.notices.urgent import Sent

TYPE = "depesha.substitution"
"""`server_notice_type` of what tells a deputy of an urgent message."""
SUBSTITUTION = "org.depesha.substitution"
"""Key of its content: `user_id` whom the deputy stands in for, `sender`, `room_id`, `event_id`."""


async def substitute(notices: Notices, job: Job) -> int | None:
    """Do one job; the time (ms) at which whoever has not acknowledged is looked at again."""
    sent, spine = msgspec.json.decode(job.payload, type=Sent), notices.spine
    logged = await find_event(spine.log, sent.room_id, sent.event_id)
    room = await spine.log.find_room(sent.room_id)
    if logged is None or room is None or logged.redacted_by:
        return None
    minutes, now = spine.config.urgent_escalation_minutes, spine.clock.now_ms()
    again = sent.ts + minutes * 60_000
    has_waited = minutes > 0 and now >= again
    acked, told = await spine.db.read(_select, spine.institution.id, sent.event_id)
    for user_id, deputy in _find_pairs(notices, logged.event, room, now, has_waited):
        is_done = user_id in acked or (user_id, deputy) in told
        if not is_done and await is_active(notices.accounts, deputy):
            await _tell(notices, logged.event, room, user_id, deputy)
    return None if has_waited or minutes <= 0 else again


async def _select(
    tx: Tx, institution_id: int, event_id: str
) -> tuple[set[str], set[tuple[str, str]]]:
    """Who has acknowledged, and whose deputies have been told."""
    acks = await store.select_acks(tx, institution_id, event_id)
    told = await store.select_substituted(tx, institution_id, event_id)
    return {row.user_id for row in acks}, {(row.user_id, row.deputy) for row in told}


def _find_pairs(
    notices: Notices, event: Event, room: Room, now: int, has_waited: bool
) -> Iterator[tuple[str, str]]:
    """Members of the room, and who is to be told in their place."""
    places = notices.profile.org.tree.places()
    for user_id in sorted(room.joined - {event.sender}):
        place = places.get(user_id)
        if place is not None and place.absences:
            for deputy in find_deputies(place.absences, now, has_waited=has_waited):
                if deputy != event.sender:
                    yield user_id, deputy


async def _tell(notices: Notices, event: Event, room: Room, user_id: str, deputy: str) -> None:
    clock = notices.spine.clock

    async def also(w: Writing, told: Told) -> None:
        row = store.SubstitutedRow(user_id, deputy, told.event_id, clock.now_ms())
        await store.insert_substituted(w.tx, w.institution.id, event.event_id, row)

    content: Content = {
        "body": _text(_name(room, event.sender), _name(room, user_id), room.text(_NAME, "name")),
        "server_notice_type": TYPE,
        URGENT: {},
        SUBSTITUTION: {
            "user_id": user_id,
            "sender": event.sender,
            "room_id": room.room_id,
            "event_id": event.event_id,
        },
    }
    await send_content(notices, deputy, content, also)


_NAME = "m.room.name"


def _name(room: Room, user_id: str) -> str:
    """What a member is called in a room, with the id."""
    entry = room.find(MEMBER, user_id)
    name = entry.content.get("displayname") if entry is not None else None
    return f"{name} ({user_id})" if isinstance(name, str) and name else user_id


def _text(sender: str, absent: str, room: str) -> str:
    """What a deputy is told, in every language: which one they read is not known here."""
    where_ru, where_en = (f"в «{room}»", f"in “{room}”") if room else ("в чате", "in a chat")
    return (
        f"Срочное сообщение в порядке замещения. {sender} пишет {where_ru}; "
        f"вы замещаете: {absent}.\n\n"
        f"An urgent message, in substitution. {sender} writes {where_en}; "
        f"you stand in for {absent}."
    )
