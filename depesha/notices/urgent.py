"""What an urgent message and an acknowledgement do in their own transaction (requirement M7)."""

import msgspec

from depesha.base.errors import MatrixError, bad_json, forbidden, not_found
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Entry, Logged
from depesha.eventlog.load import load_logged
from depesha.eventlog.state import Tip
from depesha.events.event import Event
from depesha.events.urgent import is_urgent
from depesha.io.jobs import upsert_job
from depesha.notices import store
from depesha.notices.record import Notices
from depesha.notices.rules import ACK, acknowledged_id, find_deputies, named_in
from depesha.rooms import notices_sender

KIND = "notices_urgent"
"""Kind of job: telling those who stand in for the people whom an urgent message is to reach."""


class Sent(msgspec.Struct, frozen=True):
    """The urgent message that a job is about, and when it was sent (ms)."""

    room_id: str
    event_id: str
    ts: int


async def project_urgent(notices: Notices, w: Writing, logged: Logged, tip: Tip) -> None:
    """Have the deputies of absent people told; note an acknowledgement, or refuse it.

    What is not urgent concerns deputies of those alone whom it names.
    """
    event = logged.event
    if is_urgent(event.type, event.content):
        row = store.UrgentRow(event.room_id, logged.position, event.event_id, event.sender)
        await store.insert_urgent(w.tx, w.institution.id, row)
        # What the server itself says goes to one person, and has been told to whom it concerns.
        if event.sender != notices_sender(notices.spine):
            await _leave_job(w, logged)
    elif names_absent(notices, event):
        await _leave_job(w, logged)
    elif event.type == ACK and event.state_key is None:
        await _note_ack(w, event)


async def _leave_job(w: Writing, logged: Logged) -> None:
    event, now = logged.event, w.log.clock.now_ms()
    payload = msgspec.json.encode(Sent(event.room_id, event.event_id, now))
    await upsert_job(w.tx, w.institution.id, KIND, f"{logged.position}", payload, now)


def names_absent(notices: Notices, event: Event) -> bool:
    """True for a message that names somebody for whom another stands in now."""
    named = named_in(event.content) if event.type == "m.room.message" else ()
    if not named:
        return False
    now, places = notices.spine.clock.now_ms(), notices.profile.org.tree.places()
    return any(
        find_deputies(place.absences, now, has_waited=False)
        for user_id in named
        if (place := places.get(user_id)) is not None
    )


async def _note_ack(w: Writing, ack: Event) -> None:
    event_id = acknowledged_id(ack.content)
    if event_id is None:
        raise bad_json(f"An acknowledgement relates to an event by {ACK}")
    event = await _find_urgent(w, ack.room_id, event_id)
    if event is None:
        raise not_found("There is no such urgent message in this room")
    if event.sender == ack.sender:
        raise forbidden("The message is your own")
    now = w.log.clock.now_ms()
    if not await store.insert_ack(w.tx, w.institution.id, event_id, ack.sender, now):
        raise MatrixError(
            400, "M_DUPLICATE_ANNOTATION", "You have already acknowledged this message"
        )


async def _find_urgent(w: Writing, room_id: str, event_id: str) -> Event | None:
    found = await load_logged(w.tx, w.institution.id, event_id, room_id)
    if found is None or not is_urgent(found.event.type, found.event.content):
        return None
    return found.event


def is_news(notices: Notices, entry: Entry) -> bool:
    """True for an entry of the log that leaves a job of this file."""
    if not isinstance(entry, Logged):
        return False
    event = entry.event
    return is_urgent(event.type, event.content) or names_absent(notices, event)
