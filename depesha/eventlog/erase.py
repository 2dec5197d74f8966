"""The only deletion of what was said: redaction.

Spec: client-server API, "Redactions"; room versions 3 and 11, "Handling redactions".
"""

from dataclasses import replace

from depesha.eventlog import store
from depesha.eventlog.changes import Logged
from depesha.eventlog.load import logged_of
from depesha.eventlog.state import Tip
from depesha.events.auth import may_redact
from depesha.events.redact import redact_event
from depesha.io.tx import Tx


async def erase_redacted(tx: Tx, institution_id: int, redaction: Logged, tip: Tip) -> list[Logged]:
    """Strip the event that `redaction` names; its redacted form, or nothing to do."""
    target_id = redaction.event.redacts
    place = await store.select_place(tx, institution_id, target_id) if target_id else None
    if place is None or place.room_id != redaction.event.room_id:
        return []
    row = (await store.select_events(tx, institution_id, [place.position]))[0]
    target = logged_of(row)
    redactor, author = redaction.event.sender, target.event.sender
    if target.redacted_by or not may_redact(redactor, author, tip.find, tip.version):
        return []
    redacted = redact_event(target.event)
    await store.update_redacted(
        tx, institution_id, target.position, redaction.position, redacted.pdu
    )
    return [
        replace(
            target,
            event=redacted,
            redacted_by=redaction.position,
            redacted_because=redaction.head + b"}",
            plain=b"",
            _head=b"",
        )
    ]
