"""Inviting the people of a unit, with their manager's approval (requirement O6).

Whom the manager approves is invited by who asked, whatever the rules of contact between them; who
blocks the one who asks, takes no invitations, or does not fit into a basic group is left out.
"""

from collections.abc import Collection
from functools import partial
from typing import NamedTuple

from depesha.accounts import check_not_suspended, is_active
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden, invalid_param, not_found
from depesha.contacts import find_hearing
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.eventlog.state import Room
from depesha.events.group import GROUP, read_group
from depesha.http.caller import Caller
from depesha.io.tx import Tx
from depesha.org import (
    access_shown,
    decided_levels,
    deciding_chiefs,
    describe_anyone,
    fits,
    refused,
)
from depesha.profile import Answer, invite_rules
from depesha.rooms import store
from depesha.rooms.access import access_joined_tip
from depesha.rooms.invite import check_may_invite, write_invite
from depesha.rooms.record import Rooms

UNIT_INVITES = "unit_invites"
"""Kind of change: requests that the user named has made, or decides on."""

MOST_MESSAGE = 1_000
MOST_SENT = 50
MOST_LISTED = 200
_AT_ONCE = 50


async def ask_unit(rooms: Rooms, caller: Caller, room_id: str, unit_id: int, message: str) -> str:
    """Ask a unit's manager to let its people be invited; the request's id.

    Raises 403 M_FORBIDDEN for who may not invite there, where nobody manages the unit, and for a
    basic group that it does not fit; 404 M_NOT_FOUND for a unit that one does not see.
    """
    check_not_suspended(caller)
    if len(message) > MOST_MESSAGE or "\x00" in message:
        raise invalid_param(f"A message has at most {MOST_MESSAGE} characters")
    org, sender, clock = rooms.profile.org, caller.user_id, rooms.spine.clock
    access_shown(org, sender, unit_id)
    if not deciding_chiefs(org, unit_id):
        raise forbidden("Nobody manages this unit", **{"org.depesha.rule": "no_manager"})

    async def plan(w: Writing) -> str:
        tip = await access_joined_tip(w, sender, room_id)
        check_may_invite(tip.find, tip.version, sender, tip.room.joined)
        entry = tip.find(GROUP)
        group = read_group(entry.content) if entry is not None else None
        if entry is not None and not any(
            fits(org, group, user_id) for user_id in org.tree.people_of([unit_id])
        ):
            raise refused("basic_group", entry.sender, "The unit is not one of the group's")
        before = await store.find_unit_invite(w.tx, w.institution.id, room_id, unit_id)
        if before is not None and not before.outcome:
            return before.request_id
        await _make_place(w, sender)
        if before is not None:
            await store.delete_unit_invite(w.tx, w.institution.id, before.request_id)
        request_id = clock.new_id()
        row = store.UnitInviteRow(request_id, room_id, unit_id, sender, message, clock.now_ms())
        await store.insert_unit_invite(w.tx, w.institution.id, row)
        await _tell(rooms, w, row)
        return request_id

    return await rooms.spine.log.commit(plan, [room_id])


async def _make_place(w: Writing, sender: str) -> None:
    """Within a plan: have place for one more request; the oldest that were decided on give way."""
    mine = await store.select_unit_invites_of(w.tx, w.institution.id, sender)
    decided = [row for row in mine if row.outcome]
    if len(mine) - len(decided) >= MOST_SENT:
        raise MatrixError(400, "M_LIMIT_EXCEEDED", f"At most {MOST_SENT} requests wait")
    for row in decided[: max(0, len(decided) + 1 - MOST_SENT)]:
        await store.delete_unit_invite(w.tx, w.institution.id, row.request_id)


async def _tell(rooms: Rooms, w: Writing, row: store.UnitInviteRow) -> None:
    """Within a plan: the requests of both sides have changed."""
    concerned = [row.sender, *deciding_chiefs(rooms.profile.org, row.unit_id)]
    for user_id in dict.fromkeys(concerned):
        await w.change(Change(UNIT_INVITES, Reach.USER, user_id))


async def withdraw_unit(rooms: Rooms, user_id: str, request_id: str) -> None:
    """Take back a request of one's own, or put away what became of it; 404 M_NOT_FOUND."""

    async def plan(w: Writing) -> None:
        row = await store.select_unit_invite(w.tx, w.institution.id, request_id)
        if row is None or row.sender != user_id:
            raise _no_request()
        await store.delete_unit_invite(w.tx, w.institution.id, request_id)
        await _tell(rooms, w, row)

    await rooms.spine.log.commit(plan)


async def refuse_unit(rooms: Rooms, user_id: str, request_id: str, reason: str) -> None:
    """Refuse a request on which one decides, and tell why who asked; 404 M_NOT_FOUND."""
    if len(reason) > MOST_MESSAGE or "\x00" in reason:
        raise invalid_param(f"A reason has at most {MOST_MESSAGE} characters")
    await _decide(rooms, user_id, request_id, "refused", reason=reason)


def _decides(rooms: Rooms, user_id: str, row: store.UnitInviteRow) -> bool:
    return not row.outcome and user_id in deciding_chiefs(rooms.profile.org, row.unit_id)


def _no_request() -> MatrixError:
    return not_found("There is no such request")


async def _decide(
    rooms: Rooms,
    user_id: str,
    request_id: str,
    outcome: str,
    *,
    reason: str = "",
    invited: int = 0,
) -> None:
    async def plan(w: Writing) -> None:
        row = await store.select_unit_invite(w.tx, w.institution.id, request_id)
        if row is None or not _decides(rooms, user_id, row):
            raise _no_request()
        await store.update_unit_invite(w.tx, w.institution.id, request_id, outcome, reason, invited)
        await _tell(rooms, w, row)

    await rooms.spine.log.commit(plan)


class Invited(NamedTuple):
    """Who was invited, and who was left out."""

    invited: list[str]
    skipped: list[str]


async def approve_unit(
    rooms: Rooms, user_id: str, request_id: str, chosen: Collection[str] | None
) -> Invited:
    """Have people invited: the unit's own, or those chosen of it and of the levels below.

    Raises 404 M_NOT_FOUND for a request on which one does not decide, 400 M_INVALID_PARAM for
    people who are not of the unit, 403 M_FORBIDDEN when who asked may no longer invite.
    """
    spine, org = rooms.spine, rooms.profile.org
    row = await spine.db.read(store.select_unit_invite, spine.institution.id, request_id)
    room = await spine.log.find_room(row.room_id) if row is not None else None
    if row is None or room is None or not _decides(rooms, user_id, row):
        raise _no_request()
    node = org.tree.node(row.unit_id)
    own = node.members | {node.level.manager or ""} if node is not None else set()
    people = sorted((own - {""}) if chosen is None else set(chosen))
    if chosen is not None and not org.tree.people_of([row.unit_id]).issuperset(people):
        raise invalid_param("Only people of the unit can be chosen")
    able = [each for each in people if await _may_be_invited(rooms, row, room, each)]

    async def plan(w: Writing, piece: list[str]) -> None:
        tip = await access_joined_tip(w, row.sender, row.room_id)
        for each in piece:
            if tip.membership(each) not in _SETTLED:
                w.vouched.add(each)
                await write_invite(w, row.room_id, row.sender, each)

    for at in range(0, len(able), _AT_ONCE):
        await spine.log.commit(partial(plan, piece=able[at : at + _AT_ONCE]), [row.room_id])
    await _decide(rooms, user_id, request_id, "approved", invited=len(able))
    return Invited(able, [each for each in people if each not in able])


_SETTLED = frozenset({"join", "invite", "ban"})


async def _may_be_invited(rooms: Rooms, row: store.UnitInviteRow, room: Room, user_id: str) -> bool:
    entry = room.find(GROUP)
    group = read_group(entry.content) if entry is not None else None
    return (
        room.membership(user_id) not in _SETTLED
        and fits(rooms.profile.org, group, user_id)
        and await is_active(rooms.accounts, user_id)
        and bool(await find_hearing(rooms.contacts, row.sender, [user_id]))
        and (await invite_rules(rooms.profile, user_id)).answer(row.sender) is not Answer.BLOCKED
    )


# --- what waits ----------------------------------------------------------------------


async def describe_unit_invites(rooms: Rooms, user_id: str) -> Content:
    """`incoming` requests on which somebody decides, `outgoing` ones of their own."""
    spine = rooms.spine
    units = decided_levels(rooms.profile.org, user_id)
    incoming, outgoing = await spine.db.read(_select, spine.institution.id, user_id, units)
    return {
        "incoming": [await _incoming(rooms, row, user_id) for row in incoming],
        "outgoing": [_outgoing(row) for row in outgoing],
    }


async def _select(
    tx: Tx, institution_id: int, user_id: str, units: list[int]
) -> tuple[list[store.UnitInviteRow], list[store.UnitInviteRow]]:
    return (
        await store.select_unit_invites_for(tx, institution_id, units, MOST_LISTED),
        await store.select_unit_invites_of(tx, institution_id, user_id),
    )


async def _incoming(rooms: Rooms, row: store.UnitInviteRow, user_id: str) -> Content:
    """With who asks and what the room is called, which the manager need not be in.

    `in_place_of` is the manager, where somebody else decides.
    """
    room, org = await rooms.spine.log.find_room(row.room_id), rooms.profile.org
    told = {**_described(row), "sender": await describe_anyone(org, row.sender)}
    chiefs = deciding_chiefs(org, row.unit_id)
    if chiefs and chiefs[0] != user_id:
        told["in_place_of"] = chiefs[0]
    name = room.text("m.room.name", "name") if room is not None else ""
    return {**told, "room_name": name} if name else told


def _outgoing(row: store.UnitInviteRow) -> Content:
    """With what became of it: who was left out, and why, is not told."""
    told = {**_described(row), "state": row.outcome or "waiting"}
    if row.outcome == "approved":
        told["invited"] = row.invited
    return {**told, "reason": row.reason} if row.reason else told


def _described(row: store.UnitInviteRow) -> Content:
    return {
        "request_id": row.request_id,
        "room_id": row.room_id,
        "unit_id": row.unit_id,
        "message": row.message,
        "ts": row.ts,
    }
