"""Telling those who stand in for the people whom an urgent message is to reach, or another names.

Requirements M7, G7. At once whoever stands in now; after `urgent_escalation_minutes`, for those who
have not acknowledged it, also whoever is to stand in next. A substitution ends by itself. Whom a
message names is known only where it is not encrypted.
"""

from collections.abc import Iterable, Iterator

import msgspec

from depesha.accounts import is_active
from depesha.base.canonical import Content
from depesha.eventlog.append import Writing
from depesha.eventlog.read import find_event
from depesha.eventlog.state import MEMBER, Room
from depesha.events.event import Event
from depesha.events.urgent import URGENT, is_urgent
from depesha.io.jobs import Job
from depesha.io.tx import Tx
from depesha.notices import store
from depesha.notices.record import Notices
from depesha.notices.rules import find_deputies, named_in
from depesha.notices.send import Told, send_content
from depesha.notices.urgent import Sent

TYPE = "depesha.substitution"
"""`server_notice_type` of what tells a deputy of an urgent message."""
SUBSTITUTION = "org.depesha.substitution"
"""Key of its content: `user_id` whom the deputy stands in for, `sender`, `room_id`, `event_id`, and
`room_name` where the room has one; `why` is `mention` for what is not urgent."""


async def substitute(notices: Notices, job: Job) -> int | None:
    """Do one job; the time (ms) at which whoever has not acknowledged is looked at again."""
    sent, spine = msgspec.json.decode(job.payload, type=Sent), notices.spine
    logged = await find_event(spine.log, sent.room_id, sent.event_id)
    room = await spine.log.find_room(sent.room_id)
    if logged is None or room is None or logged.redacted_by:
        return None
    event, now = logged.event, spine.clock.now_ms()
    is_plain = not is_urgent(event.type, event.content)
    minutes = 0 if is_plain else spine.config.urgent_escalation_minutes
    people = room.joined - {event.sender}
    if is_plain:
        people = people.intersection(named_in(event.content))
    again = sent.ts + minutes * 60_000
    has_waited = minutes > 0 and now >= again
    acked, told = await spine.db.read(_select, spine.institution.id, sent.event_id)
    for user_id, deputy in _find_pairs(notices, event.sender, people, now, has_waited):
        is_done = user_id in acked or (user_id, deputy) in told
        if not is_done and await is_active(notices.accounts, deputy):
            await _tell(notices, event, room, user_id, deputy, is_plain=is_plain)
    return None if has_waited or minutes <= 0 else again


async def _select(
    tx: Tx, institution_id: int, event_id: str
) -> tuple[set[str], set[tuple[str, str]]]:
    """Who has acknowledged, and whose deputies have been told."""
    acks = await store.select_acks(tx, institution_id, event_id)
    told = await store.select_substituted(tx, institution_id, event_id)
    return {row.user_id for row in acks}, {(row.user_id, row.deputy) for row in told}


def _find_pairs(
    notices: Notices, sender: str, people: Iterable[str], now: int, has_waited: bool
) -> Iterator[tuple[str, str]]:
    """Those of the people who are away, and who is to be told in their place."""
    places = notices.profile.org.tree.places()
    for user_id in sorted(people):
        place = places.get(user_id)
        if place is not None and place.absences:
            for deputy in find_deputies(place.absences, now, has_waited=has_waited):
                if deputy != sender:
                    yield user_id, deputy


async def _tell(
    notices: Notices, event: Event, room: Room, user_id: str, deputy: str, *, is_plain: bool
) -> None:
    clock, name = notices.spine.clock, room.text(_NAME, "name")

    async def also(w: Writing, told: Told) -> None:
        row = store.SubstitutedRow(user_id, deputy, told.event_id, clock.now_ms())
        await store.insert_substituted(w.tx, w.institution.id, event.event_id, row)

    tell = _mention_text if is_plain else _urgent_text
    content: Content = {
        "body": tell(_name(room, event.sender), _name(room, user_id), name),
        "server_notice_type": TYPE,
        **({} if is_plain else {URGENT: {}}),
        SUBSTITUTION: {
            "user_id": user_id,
            "sender": event.sender,
            "room_id": room.room_id,
            "event_id": event.event_id,
            **({"room_name": name} if name else {}),
            **({"why": "mention"} if is_plain else {}),
        },
    }
    await send_content(notices, deputy, content, also, is_invited=False)


_NAME = "m.room.name"


def _name(room: Room, user_id: str) -> str:
    """What a member is called in a room, with the id."""
    entry = room.find(MEMBER, user_id)
    name = entry.content.get("displayname") if entry is not None else None
    return f"{name} ({user_id})" if isinstance(name, str) and name else user_id


def _where(room: str) -> tuple[str, str]:
    return (f"в «{room}»", f"in “{room}”") if room else ("в чате", "in a chat")


def _mention_text(sender: str, absent: str, room: str) -> str:
    where_ru, where_en = _where(room)
    return (
        f"Упоминание в порядке замещения. {sender} упоминает {where_ru}: {absent}; "
        f"вы замещаете этого человека.\n\n"
        f"A mention, in substitution. {sender} names {absent} {where_en}; you stand in for them."
    )


def _urgent_text(sender: str, absent: str, room: str) -> str:
    """What a deputy is told, in every language: which one they read is not known here."""
    where_ru, where_en = _where(room)
    return (
        f"Срочное сообщение в порядке замещения. {sender} пишет {where_ru}; "
        f"вы замещаете: {absent}.\n\n"
        f"An urgent message, in substitution. {sender} writes {where_en}; "
        f"you stand in for {absent}."
    )
