"""The only deletion of what was said: redaction, and what is over its time.

Spec: client-server API, "Redactions"; room versions 3 and 11, "Handling redactions"; MSC1763.
"""

from dataclasses import dataclass, replace

from depesha.eventlog import store
from depesha.eventlog.changes import Logged
from depesha.eventlog.load import load_logged, logged_of
from depesha.eventlog.state import Tip
from depesha.events.auth import may_redact
from depesha.events.redact import redact_event
from depesha.io.tx import Tx


@dataclass(frozen=True, slots=True)
class Erased:
    """An event as it is now, and its bytes as they were."""

    logged: Logged
    before: bytes


async def erase_redacted(tx: Tx, institution_id: int, redaction: Logged, tip: Tip) -> list[Erased]:
    """Strip the event that `redaction` names; its redacted form, or nothing to do."""
    target_id = redaction.event.redacts
    room_id = redaction.event.room_id
    target = await load_logged(tx, institution_id, target_id, room_id) if target_id else None
    if target is None:
        return []
    redactor, author = redaction.event.sender, target.event.sender
    if target.redacted_by or not may_redact(redactor, author, tip.find, tip.version):
        return []
    because = redaction.head + b"}"
    return [await _strip(tx, institution_id, target, redaction.position, because)]


async def _strip(
    tx: Tx, institution_id: int, target: Logged, by: int, because: bytes | None
) -> Erased:
    redacted = redact_event(target.event)
    status = store.ACCEPTED if because else store.OVER
    await store.update_redacted(tx, institution_id, target.position, by, redacted.pdu, status)
    stripped = replace(
        target, event=redacted, redacted_by=by, redacted_because=because, plain=b"", _head=b""
    )
    return Erased(stripped, target.event.pdu)


@dataclass(frozen=True, slots=True)
class Aged:
    """Which events of a room are over their time: those up to `before_ts` (ms), after an order.

    What the senders named in `kept` have sent stays.
    """

    room_id: str
    room_nid: int
    after: int
    before_ts: int
    kept: frozenset[str]
    most: int


@dataclass(frozen=True, slots=True)
class Swept:
    """What was erased, the room order up to which that is done, and whether more may follow."""

    erased: list[Erased]
    reached: int
    more: bool


async def erase_aged(tx: Tx, institution_id: int, aged: Aged, by: int) -> Swept:
    """Strip the oldest events of a room that are over their time; state events stay.

    Their envelopes stay, with `by`, the position of the change that tells of it, in place of a
    redaction; nobody is shown them.
    """
    rows = await store.select_said(tx, institution_id, aged.room_nid, aged.after, aged.most)
    erased, reached = list[Erased](), aged.after
    for target in map(logged_of, rows):
        if target.event.origin_server_ts >= aged.before_ts:
            return Swept(erased, reached, more=False)
        reached = target.room_order
        if target.event.sender not in aged.kept:
            erased.append(await _strip(tx, institution_id, target, by, None))
    return Swept(erased, reached, more=len(rows) == aged.most)
