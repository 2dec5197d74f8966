"""Holds: nothing of a person, or of a room, is destroyed while one stands.

Requirement D7. What is said by the person, or in the room, outlives its time; what is redacted
meanwhile is sealed. A hold ends at the moment that it names, or when somebody ends it.
"""

from depesha.accounts import find_user
from depesha.audit import Act, act_of, actor_of, record
from depesha.base.errors import invalid_param, not_found
from depesha.duty import store
from depesha.duty.record import Duty
from depesha.duty.rules import is_standing
from depesha.eventlog.append import Writing
from depesha.http.caller import Caller
from depesha.io.tx import Tx


async def select_held(tx: Tx, institution_id: int, now: int) -> frozenset[str]:
    """The people and rooms that are under a hold at this moment."""
    rows = await store.select_standing(tx, institution_id)
    return frozenset(row.target for row in rows if is_standing(row.until_ts, row.ended_ts, now))


async def check_target(duty: Duty, target: str) -> None:
    """Raise 404 M_NOT_FOUND for who is no person and no room of this institution."""
    if target.startswith("!"):
        known = await duty.spine.log.find_room(target) is not None
    else:
        spine = duty.spine
        known = await spine.db.read(find_user, spine.institution.id, target) is not None
    if not known:
        raise not_found("There is no such person or room")


async def place_hold(
    duty: Duty, caller: Caller, target: str, ground: str, case_number: str, until_ts: int | None
) -> store.HoldRow:
    """Put a person or a room under a hold, until a time or without end.

    400 M_INVALID_PARAM for a time that is over, 404 M_NOT_FOUND for an unknown target.
    """
    clock = duty.spine.clock
    await check_target(duty, target)
    if until_ts is not None and until_ts <= clock.now_ms():
        raise invalid_param("until_ts lies in the past")
    by = actor_of(caller)
    row = store.HoldRow(
        clock.new_id(), target, ground, case_number, by, clock.now_ms(), until_ts, None
    )

    async def plan(w: Writing) -> None:
        await store.insert_hold(w.tx, w.institution.id, row)
        await record(
            w,
            act_of(
                caller,
                "hold.place",
                target,
                hold_id=row.hold_id,
                ground=ground,
                case_number=case_number,
                until_ts=until_ts,
            ),
        )

    await duty.spine.log.commit(plan)
    return row


async def load_holds(duty: Duty) -> list[store.HoldRow]:
    """All holds, the latest first, with those that have ended."""
    spine = duty.spine
    return await spine.db.read(store.select_holds, spine.institution.id)


async def release_hold(duty: Duty, caller: Caller, hold_id: str) -> None:
    """End a hold now; 404 M_NOT_FOUND for one that is unknown or has ended."""
    now = duty.spine.clock.now_ms()

    async def plan(w: Writing) -> None:
        row = await store.select_hold(w.tx, w.institution.id, hold_id)
        if row is None or not is_standing(row.until_ts, row.ended_ts, now):
            raise not_found("There is no such hold")
        await _end(w, row, now)
        await record(w, act_of(caller, "hold.release", row.target, hold_id=hold_id))

    await duty.spine.log.commit(plan)


async def end_holds(duty: Duty) -> None:
    """Write down the end of the holds whose time is over."""
    now = duty.spine.clock.now_ms()

    async def plan(w: Writing) -> None:
        for row in await store.select_standing(w.tx, w.institution.id):
            if not is_standing(row.until_ts, row.ended_ts, now):
                await _end(w, row, row.until_ts or now)
                await record(w, Act("hold.end", SERVER, row.target, {"hold_id": row.hold_id}))

    await duty.spine.log.commit(plan)


SERVER = "server"
"""The actor of what the server does by itself."""


async def _end(w: Writing, row: store.HoldRow, ended_ts: int) -> None:
    await store.update_ended(w.tx, w.institution.id, row.hold_id, ended_ts)
    await store.update_unerased(w.tx, w.institution.id)
