"""Redacting an event together with those that relate to it. Spec: MSC3912."""

from contextlib import suppress

from depesha.base.errors import MatrixError
from depesha.eventlog.append import Writing
from depesha.events.event import Draft
from depesha.http.caller import Caller
from depesha.rooms.record import Rooms
from depesha.rooms.send import check_redaction, check_sendable, write_message


async def redact_related(
    rooms: Rooms, caller: Caller, draft: Draft, txn_id: str, rel_types: list[str]
) -> str:
    """Redact `draft.redacts` and what relates to it so ("*": anyhow); the first redaction's id.

    What the caller may not redact among the latter stays. Raises as `send_message`.
    """
    check_sendable(draft)

    async def plan(w: Writing) -> str:
        event_id = await write_message(w, caller, draft, txn_id)
        tip = await w.tip(draft.room_id)
        place = (w.institution.id, tip.room.nid, draft.redacts or "")
        for child_id in await rooms.related(w.tx, *place, rel_types):
            child = Draft(draft.type, draft.content, draft.sender, draft.room_id, redacts=child_id)
            with suppress(MatrixError):
                await check_redaction(w, caller, child, tip)
                await w.event(child)
        return event_id

    return await rooms.spine.log.commit(plan, [draft.room_id])
