"""Events that are sent later, unless their author cancels them or puts them off.

Spec: MSC4140.
"""

import logging
from functools import partial

from depesha.accounts import check_not_suspended, find_caller
from depesha.base.canonical import Content, decode, encode
from depesha.base.errors import MatrixError, forbidden, not_found
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Logged
from depesha.eventlog.state import MEMBER, Tip
from depesha.events.event import Draft
from depesha.http.caller import Caller
from depesha.io.tx import Tx, Unavailable
from depesha.rooms import store
from depesha.rooms.access import access_joined_tip
from depesha.rooms.invite import check_invitable
from depesha.rooms.record import Rooms
from depesha.rooms.rules import check_state
from depesha.rooms.send import check_sendable, write_message, write_state

MAX_DELAY_MS = 30 * 24 * 3600 * 1000
MOST_SCHEDULED = 100
KEPT_MS = 7 * 24 * 3600 * 1000
"""How long it is told what became of a delayed event."""

POLL_SECONDS = 60.0
"""How late an event may be whose own worker has stopped."""

MOST_AT_ONCE = 50

_log = logging.getLogger(__name__)


def _refusal(code: str, message: str, **fields: int) -> MatrixError:
    named = {f"org.matrix.msc4140.{name}": value for name, value in fields.items()}
    return MatrixError(400, "M_UNKNOWN", message, {"org.matrix.msc4140.errcode": code, **named})


async def schedule(rooms: Rooms, caller: Caller, draft: Draft, txn_id: str, delay_ms: int) -> str:
    """Keep the event until `delay_ms` have gone by; the id of the delayed event."""
    check_not_suspended(caller)
    check_sendable(draft)
    if draft.state_key is not None:
        check_state(draft)
        if draft.type == MEMBER and draft.content.get("membership") == "invite":
            await check_invitable(rooms, caller.user_id, draft.state_key)
    elif draft.type == MEMBER:
        raise forbidden("Events of this type are not sent so")
    if delay_ms > MAX_DELAY_MS:
        message = "The delay is longer than this server allows"
        raise _refusal("M_MAX_DELAY_EXCEEDED", message, max_delay=MAX_DELAY_MS)
    spine = rooms.spine
    content = (
        draft.content if draft.redacts is None else {**draft.content, "redacts": draft.redacts}
    )
    row = store.DelayedRow(
        spine.clock.new_id(),
        caller.user_id,
        caller.device_id,
        draft.room_id,
        draft.type,
        draft.state_key,
        encode(content).decode(),
        txn_id,
        delay_ms,
        spine.clock.now_ms(),
        sticky_ms=draft.sticky_ms,
    )

    async def plan(w: Writing) -> str:
        return await _keep(w, row)

    delay_id = await spine.log.commit(plan, [draft.room_id])
    rooms.delayed.ring()
    return delay_id


async def _keep(w: Writing, row: store.DelayedRow) -> str:
    institution_id = w.institution.id
    await access_joined_tip(w, row.user_id, row.room_id)
    if row.txn_id:
        before = await store.select_delayed_by_txn(
            w.tx, institution_id, row.user_id, row.device_id, row.room_id, row.txn_id
        )
        if before is not None:
            return before
    if len(await store.select_scheduled(w.tx, institution_id, row.user_id)) >= MOST_SCHEDULED:
        raise _refusal("M_MAX_DELAYED_EVENTS_EXCEEDED", "Too many delayed events wait already")
    await store.insert_delayed(w.tx, institution_id, row)
    return row.delay_id


async def find_scheduled(rooms: Rooms, user_id: str) -> list[store.DelayedRow]:
    """A user's delayed events that are yet to be sent."""
    spine = rooms.spine
    return await spine.db.read(store.select_scheduled, spine.institution.id, user_id)


async def access_delayed(rooms: Rooms, user_id: str, delay_id: str) -> store.DelayedRow:
    """A delayed event of the user; 404 M_NOT_FOUND."""
    spine = rooms.spine
    row = await spine.db.read(store.select_delayed, spine.institution.id, delay_id)
    if row is None or row.user_id != user_id:
        raise _unknown()
    return row


def _unknown() -> MatrixError:
    return not_found("No such delayed event")


def described(row: store.DelayedRow) -> Content:
    """What is told of a delayed event, in the words of the proposal's newer and older form."""
    told: Content = {
        "delay_id": row.delay_id,
        "room_id": row.room_id,
        "type": row.type,
        "content": decode(row.content),
        "delay": row.delay_ms,
        "delay_ms": row.delay_ms,
        "running_since": row.since_ts,
        "delayed_since_ts": row.since_ts,
    }
    if row.state_key is not None:
        told["state_key"] = row.state_key
    if row.finalised_ts is not None:
        finalised: Content = {"finalised_ts": row.finalised_ts}
        told["finalised"] = finalised
        if row.event_id is not None:
            finalised["event_id"] = row.event_id
        if row.error is not None:
            finalised["error"] = decode(row.error)
    return told


# --- cancelling, putting off, sending ------------------------------------------------


async def cancel(rooms: Rooms, delay_id: str) -> None:
    """Never send it; 404 for an unknown one, 409 for one that has been sent."""
    now = rooms.spine.clock.now_ms()

    async def plan(tx: Tx) -> None:
        row = await _access(tx, rooms, delay_id)
        if row.event_id is not None or row.error is not None:
            raise MatrixError(409, "M_UNKNOWN", "The delayed event is no longer waiting")
        await store.update_finalised(tx, rooms.spine.institution.id, delay_id, now, None, None)

    await rooms.spine.db.write(plan)


async def restart(rooms: Rooms, delay_id: str) -> None:
    """Begin the delay anew; 404 for one that is unknown or no longer waits."""
    now = rooms.spine.clock.now_ms()

    async def plan(tx: Tx) -> None:
        if (await _access(tx, rooms, delay_id)).finalised_ts is not None:
            raise _unknown()
        await store.update_restarted(tx, rooms.spine.institution.id, delay_id, now)

    await rooms.spine.db.write(plan)


async def send_now(rooms: Rooms, delay_id: str) -> None:
    """Send it without further delay; 404 for an unknown one, 409 for one that was cancelled."""
    spine = rooms.spine
    row = await spine.db.read(store.select_delayed, spine.institution.id, delay_id)
    if row is None:
        raise _unknown()
    if row.event_id is not None:
        return
    if row.finalised_ts is not None:
        raise MatrixError(409, "M_UNKNOWN", "The delayed event is no longer waiting")
    await _send(rooms, row)


async def _access(tx: Tx, rooms: Rooms, delay_id: str) -> store.DelayedRow:
    row = await store.select_delayed(tx, rooms.spine.institution.id, delay_id)
    if row is None:
        raise _unknown()
    return row


async def _send(rooms: Rooms, row: store.DelayedRow) -> None:
    """Send a delayed event, or note why that cannot be. Raises what `_note_failure` notes."""
    spine = rooms.spine

    async def plan(w: Writing, caller: Caller) -> None:
        now = await store.select_delayed(w.tx, w.institution.id, row.delay_id)
        if now is None or now.finalised_ts is not None:
            return
        draft = Draft(
            row.type,
            decode(row.content),
            row.user_id,
            row.room_id,
            row.state_key,
            sticky_ms=row.sticky_ms,
        )
        if row.state_key is not None:
            event_id = await write_state(w, caller, draft)
        else:
            txn_id = row.txn_id or f"delayed {row.delay_id}"
            event_id = await write_message(w, caller, draft, txn_id)
        ts = spine.clock.now_ms()
        await store.update_finalised(w.tx, w.institution.id, row.delay_id, ts, event_id, None)

    try:
        caller = await find_caller(rooms.accounts, row.user_id, row.device_id)
        if caller is None:
            raise forbidden("The account has ended")
        check_not_suspended(caller)
        await spine.log.commit(partial(plan, caller=caller), [row.room_id])
    except MatrixError as error:
        await _note_failure(rooms, row, error)
        raise
    except Unavailable:
        raise
    except Exception:
        # What nobody can send would keep all that is due later from being sent.
        await _note_failure(rooms, row, MatrixError(500, "M_UNKNOWN", "It could not be sent"))
        raise


async def _note_failure(rooms: Rooms, row: store.DelayedRow, error: MatrixError) -> None:
    spine = rooms.spine
    told: str = encode(error.body()).decode()
    args = (spine.institution.id, row.delay_id, spine.clock.now_ms(), None, told)
    await spine.db.write(store.update_finalised, *args)


async def send_due(rooms: Rooms) -> None:
    """Send each delayed event when its time has come, for ever."""
    spine = rooms.spine
    while True:
        now = spine.clock.now_ms()
        due = await spine.db.read(store.select_due, spine.institution.id, now, MOST_AT_ONCE)
        if due:
            await spine.db.write(store.delete_finalised, spine.institution.id, now - KEPT_MS)
            for row in due:
                try:
                    await _send(rooms, row)
                except MatrixError as error:
                    _log.info("a delayed event was refused", extra={"reason": error.message})
                except Unavailable:
                    raise
                except Exception:  # noqa: BLE001 (the others are to be sent all the same)
                    _log.exception("a delayed event failed", extra={"delay_id": row.delay_id})
            continue
        following = await spine.db.read(store.select_next_due, spine.institution.id)
        wait = POLL_SECONDS
        if following is not None:
            wait = min(wait, (following - spine.clock.now_ms()) / 1000)
        await rooms.delayed.wait(spine.clock, wait)


_OVERTAKEN: str = encode(
    {
        "errcode": "M_UNKNOWN",
        "error": "Somebody else has changed this state in the meantime",
        "org.matrix.msc4140.errcode": "M_CANCELLED_BY_STATE_UPDATE",
    }
).decode()


async def project_overtaken(w: Writing, logged: Logged, tip: Tip) -> None:
    """Cancel what others have delayed for the same piece of state."""
    event = logged.event
    if event.state_key is None or tip.room.position == 0:
        return
    key = (event.room_id, event.type, event.state_key)
    now = w.log.clock.now_ms()
    await store.update_overtaken(w.tx, w.institution.id, key, event.sender, now, _OVERTAKEN)
