"""Sending messages, state and redactions.

Spec: client-server API, "Sending events to a room", "Transaction identifiers", "Redactions".
"""

from depesha.base.canonical import Content, find_unsafe
from depesha.base.errors import MatrixError, bad_json, forbidden, not_found
from depesha.base.ids import is_event_id, is_room_id
from depesha.eventlog import store as eventlog_store
from depesha.eventlog.append import Writing
from depesha.eventlog.load import logged_of
from depesha.eventlog.state import Tip
from depesha.events.event import Draft
from depesha.events.power import level_of, power_of
from depesha.http.caller import Caller
from depesha.rooms.alias import check_canonical_alias
from depesha.rooms.record import Rooms
from depesha.rooms.rules import find_state_problem

REDACTION = "m.room.redaction"


def check_may_write(caller: Caller) -> None:
    """Raise 403 M_USER_SUSPENDED for an account that may only read."""
    if caller.is_suspended:
        raise MatrixError(403, "M_USER_SUSPENDED", "Your account is suspended")


def check_sendable(room_id: str, content: Content) -> None:
    """Raise 403 for what is no room id (like any unknown room), 400 for content without a form."""
    if not is_room_id(room_id):
        raise forbidden("You are not joined to this room")
    if problem := find_unsafe(content):
        raise bad_json(f"The content cannot be sent: {problem}")


async def check_joined(w: Writing, user_id: str, room_id: str) -> Tip:
    """The room, which the user has joined; an unknown room is refused alike."""
    try:
        tip = await w.tip(room_id)
    except MatrixError:
        tip = None
    if tip is None or tip.membership(user_id) != "join":
        raise forbidden("You are not joined to this room")
    return tip


async def send_message(
    rooms: Rooms,
    caller: Caller,
    draft: Draft,
    txn_id: str,
    ts: int | None = None,
) -> str:
    """Append a message once a transaction; its event id."""
    check_may_write(caller)
    check_sendable(draft.room_id, draft.content)
    key = (f"{caller.user_id} {caller.device_id}", draft.room_id, draft.type, txn_id)
    if (done := rooms.transactions.get(key)) is not None:
        return done
    sent_by = f"{caller.device_id} {txn_id}"

    async def plan(w: Writing) -> str:
        before = await w.find_sent(caller.user_id, draft.room_id, draft.type, sent_by)
        if before is not None:
            return before.event_id
        tip = await check_joined(w, caller.user_id, draft.room_id)
        if draft.type == REDACTION:
            await _check_redaction(w, draft, tip)
        logged = await w.event(draft, origin_server_ts=ts, sent_by=sent_by)
        return logged.event.event_id

    event_id = await rooms.spine.log.commit(plan)
    rooms.transactions.put(key, event_id)
    return event_id


async def _check_redaction(w: Writing, draft: Draft, tip: Tip) -> None:
    """Own events may be redacted, others' with the power for it. Spec: "Redactions"."""
    target_id = draft.redacts or draft.content.get("redacts")
    if not isinstance(target_id, str) or not is_event_id(target_id):
        raise bad_json("redacts must be an event id")
    institution_id = w.institution.id
    place = await eventlog_store.select_place(w.tx, institution_id, target_id)
    if place is None or place.room_id != tip.room_id:
        raise not_found("The event to redact was not found")
    rows = await eventlog_store.select_events(w.tx, institution_id, [place.position])
    target = logged_of(rows[0]).event
    if target.type == "m.room.create":
        raise forbidden("The create event cannot be redacted")
    if target.sender == draft.sender:
        return
    if power_of(draft.sender, tip.find, tip.version) < level_of("redact", tip.find, tip.version):
        raise forbidden("You may redact only your own events")


async def send_state(rooms: Rooms, caller: Caller, draft: Draft, ts: int | None = None) -> str:
    """Set a piece of state; its event id. What is set already stays the event it is."""
    if draft.type != "m.room.member" or draft.content.get("membership") not in {"leave"}:
        check_may_write(caller)
    check_sendable(draft.room_id, draft.content)
    if problem := find_state_problem(draft):
        raise problem

    async def plan(w: Writing) -> str:
        tip = await check_joined(w, caller.user_id, draft.room_id)
        before = tip.find(draft.type, draft.state_key or "")
        if before is not None and before.content == draft.content and before.sender == draft.sender:
            return before.event_id
        return (await w.event(draft, origin_server_ts=ts)).event.event_id

    await check_aliases(rooms, draft)
    return await rooms.spine.log.commit(plan)


async def check_aliases(rooms: Rooms, draft: Draft) -> None:
    """Raise 400 M_BAD_ALIAS when a canonical alias does not lead to the room."""
    if draft.type == "m.room.canonical_alias":
        await check_canonical_alias(rooms, draft.room_id, draft.content)
