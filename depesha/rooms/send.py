"""Sending messages, state and redactions.

Spec: client-server API, "Sending events to a room", "Transaction identifiers", "Redactions".
"""

from depesha.accounts import check_not_suspended
from depesha.base import rights
from depesha.base.canonical import Content, canonical, find_unsafe
from depesha.base.errors import bad_json, forbidden, not_found
from depesha.base.ids import is_event_id, is_room_id
from depesha.eventlog.append import Writing
from depesha.eventlog.load import load_logged
from depesha.eventlog.state import MEMBER, Tip
from depesha.events.event import Draft
from depesha.events.power import level_of, power_of
from depesha.events.urgent import is_urgent
from depesha.http.caller import Caller
from depesha.org import Right, check_may
from depesha.profile import member_content
from depesha.rooms.access import NOT_JOINED, access_joined_tip, access_tip, check_takes
from depesha.rooms.alias import CANONICAL, check_canonical
from depesha.rooms.invite import check_invitable
from depesha.rooms.record import Rooms
from depesha.rooms.rules import check_state

REDACTION = "m.room.redaction"
_COMING = ("join", "knock")


def check_sendable(draft: Draft) -> None:
    """Raise 403 for what is no room id, like any unknown room; 400 for content without a form."""
    if not is_room_id(draft.room_id):
        raise forbidden(NOT_JOINED)
    if problem := find_unsafe(draft.content):
        raise bad_json(f"The content cannot be sent: {problem}")


async def send_message(
    rooms: Rooms, caller: Caller, draft: Draft, txn_id: str, ts: int | None = None
) -> str:
    """Append a message once a transaction; its event id. Raises 403 M_FORBIDDEN."""
    if draft.type != REDACTION:
        check_not_suspended(caller)
    check_sendable(draft)
    if is_urgent(draft.type, draft.content):
        check_may(rooms.profile.org, draft.sender, Right.SEND_URGENT)
    key = (caller.user_id, caller.device_id, draft.room_id, draft.type, draft.redacts, txn_id)
    done = rooms.transactions.get(key)
    if done is not None:
        return done

    async def plan(w: Writing) -> str:
        return await write_message(w, caller, draft, txn_id, ts)

    event_id = await rooms.spine.log.commit(plan, [draft.room_id])
    rooms.transactions.put(key, event_id)
    return event_id


async def write_message(
    w: Writing, caller: Caller, draft: Draft, txn_id: str, ts: int | None = None
) -> str:
    """Within a plan: append the message, unless the transaction has done so already."""
    sent_by = f"{caller.device_id} {txn_id}"
    before = await w.find_sent(draft, sent_by)
    if before is not None:
        return before.event_id
    tip = await access_joined_tip(w, draft.sender, draft.room_id)
    if draft.type == REDACTION:
        await check_redaction(w, caller, draft, tip)
    return (await w.event(draft, origin_server_ts=ts, sent_by=sent_by)).event.event_id


async def check_redaction(w: Writing, caller: Caller, draft: Draft, tip: Tip) -> None:
    """Own events may be redacted, and others' with the power for it; the suspended have none."""
    target_id = draft.content.get("redacts") if draft.redacts is None else draft.redacts
    if not isinstance(target_id, str) or not is_event_id(target_id):
        raise bad_json("redacts must be an event id")
    found = await load_logged(w.tx, w.institution.id, target_id, tip.room_id)
    if found is None:
        raise not_found("Event not found")
    target = found.event
    if target.type == "m.room.create":
        raise forbidden("The create event cannot be redacted")
    if target.sender == draft.sender:
        return
    check_not_suspended(caller)
    power = power_of(draft.sender, tip.find, tip.version)
    is_moderated = caller.may(rights.Right.ROOMS) and w.institution.is_local(target.sender)
    if power < level_of("redact", tip.find, tip.version) and not is_moderated:
        raise forbidden("You may redact only your own events")


async def send_state(rooms: Rooms, caller: Caller, draft: Draft, ts: int | None = None) -> str:
    """Set a piece of state; its event id. What is set already stays the event it is.

    Raises 403 M_FORBIDDEN, 400 M_BAD_ALIAS, and as `check_state` and `check_invitable`.
    """
    membership = draft.content.get("membership") if draft.type == MEMBER else None
    if not (membership == "leave" and draft.state_key == draft.sender):
        check_not_suspended(caller)
    check_sendable(draft)
    check_state(draft)
    if membership == "invite":
        await check_invitable(rooms, draft.sender, draft.state_key or "")

    async def plan(w: Writing) -> str:
        return await write_state(w, caller, draft, ts)

    return await rooms.spine.log.commit(plan, [draft.room_id])


async def write_state(w: Writing, caller: Caller, draft: Draft, ts: int | None = None) -> str:
    """Within a plan: set a piece of state that has passed `check_state`."""
    if draft.type == MEMBER and draft.state_key == draft.sender:
        tip = await access_tip(w, draft.room_id, NOT_JOINED)
        if draft.content.get("membership") in _COMING:
            check_takes(tip, caller)
    else:
        tip = await access_joined_tip(w, draft.sender, draft.room_id)
    if draft.type == CANONICAL and draft.state_key == "":
        await check_canonical(w, tip, draft.content)
    content = await _named(w, tip, draft)
    before = tip.find(draft.type, draft.state_key or "")
    is_same = before is not None and before.sender == draft.sender
    # As JSON: to Python true is 1.
    if before is not None and is_same and canonical(before.content) == canonical(content):
        return before.event_id
    whole = Draft(draft.type, content, draft.sender, draft.room_id, draft.state_key)
    return (await w.event(whole, origin_server_ts=ts)).event.event_id


async def _named(w: Writing, tip: Tip, draft: Draft) -> Content:
    """The content; whoever newly joins or is invited brings name and picture along."""
    membership = draft.content.get("membership")
    user_id = draft.state_key
    if draft.type != MEMBER or user_id is None or membership not in {"join", "invite"}:
        return draft.content
    if tip.membership(user_id) == membership or not w.institution.is_local(user_id):
        return draft.content
    return {**await member_content(w.tx, w.institution.id, user_id, membership), **draft.content}
