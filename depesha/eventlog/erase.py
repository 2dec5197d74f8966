"""The only deletion of what was said: redaction.

Spec: client-server API, "Redactions"; room versions 3 and 11, "Handling redactions".
"""

from dataclasses import replace

from depesha.base.ids import parse_user_id
from depesha.eventlog import store
from depesha.eventlog.changes import Logged
from depesha.eventlog.load import logged_of
from depesha.eventlog.state import Tip
from depesha.events.auth import power_of, required_power
from depesha.events.redact import redact_event
from depesha.io.tx import Tx


def may_redact(redactor: str, target_sender: str, tip: Tip) -> bool:
    """True when a redaction takes effect: enough power, or a sender of the same server."""
    if power_of(redactor, tip.find, tip.version) >= required_power("redact", tip.find):
        return True
    ours, theirs = parse_user_id(redactor), parse_user_id(target_sender)
    return ours is not None and theirs is not None and ours.domain == theirs.domain


async def erase_redacted(
    tx: Tx, institution_id: int, redaction: Logged, tip: Tip
) -> list[Logged]:
    """Strip the event that `redaction` names; its redacted form, or nothing to do."""
    target_id = redaction.event.redacts
    place = await store.select_place(tx, institution_id, target_id) if target_id else None
    if place is None or place.room_id != redaction.event.room_id:
        return []
    row = (await store.select_events(tx, institution_id, [place.position]))[0]
    target = logged_of(row)
    if target.redacted_by or not may_redact(redaction.event.sender, target.event.sender, tip):
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
            _head=b"",
            _plain=b"",
        )
    ]
