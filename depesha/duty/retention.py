"""Erasing what is over its time, in small pieces, and destroying what was sealed long enough.

Requirement D7; MSC1763. State events stay, and so do the envelopes of what is erased; the copies in
the index of the search, the relations, the counts and the files go with it.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from depesha.audit import Act, act_of, record
from depesha.base.canonical import encode
from depesha.base.errors import not_found
from depesha.duty import store
from depesha.duty.hold import SERVER, end_holds, select_held
from depesha.duty.record import Duty
from depesha.duty.rules import Policies, Policy, find_policy, kept_files, lifetime, longest_files
from depesha.eventlog.append import Writing
from depesha.eventlog.erase import Aged
from depesha.eventlog.load import logged_of
from depesha.eventlog.store import select_said
from depesha.http.caller import Caller
from depesha.media import files_made_before, find_file, pictures_over, remove_files
from depesha.profile import is_value
from depesha.search import delete_words
from depesha.signals import forget_counts
from depesha.timeline import forget_relation

KIND = "retention"
"""The kind of the job."""
EVERY_MS = 3_600_000
PIECE = 100
"""Events that are erased in one transaction."""
_PAGE = 500

# --- policies ------------------------------------------------------------------------


async def load_policies(duty: Duty) -> Policies:
    """All policies, by unit and kind."""
    spine = duty.spine
    rows = await spine.db.read(store.select_policies, spine.institution.id)
    return {(row.unit_id, row.kind): Policy(*row[2:]) for row in rows}


async def put_policy(duty: Duty, caller: Caller, unit_id: int, kind: str, policy: Policy) -> None:
    """Set how long rooms of a kind in a unit keep what is in them; 404 for an unknown unit."""
    if unit_id and duty.org.tree.node(unit_id) is None:
        raise not_found("There is no such unit")

    async def plan(w: Writing) -> None:
        row = store.PolicyRow(unit_id, kind, *policy)
        await store.upsert_policy(w.tx, w.institution.id, row)
        act = act_of(caller, "retention.set", f"{unit_id}/{kind}", **policy._asdict())
        await record(w, act)

    await duty.spine.log.commit(plan)


async def remove_policy(duty: Duty, caller: Caller, unit_id: int, kind: str) -> None:
    """Let the next policy above be in force again; 404 M_NOT_FOUND where there is none."""

    async def plan(w: Writing) -> None:
        if not await store.delete_policy(w.tx, w.institution.id, unit_id, kind):
            raise not_found("There is no such policy")
        await record(w, act_of(caller, "retention.unset", f"{unit_id}/{kind}"))

    await duty.spine.log.commit(plan)


def units_of(duty: Duty, room: store.RoomRow) -> list[int]:
    """The units that a room belongs to, from the innermost out: by its state, or its creator."""
    tree = duty.org.tree
    if room.unit_id is not None:
        node = tree.node(room.unit_id)
    else:
        place = tree.place(room.creator)
        nodes = () if place is None else (place.posts or place.manages)
        node = nodes[0] if nodes else None
    found = list[int]()
    while node is not None:
        found.append(node.level.unit_id)
        node = node.parent
    return found


async def load_times(duty: Duty, user_id: str) -> dict[str, int]:
    """How long (ms) the joined rooms of a user keep their messages, where that has an end."""
    spine = duty.spine
    places = await spine.log.rooms_of(user_id)
    joined = [room_id for room_id, place in places.items() if place.membership == "join"]
    policies = await load_policies(duty)
    if not policies:
        return {}
    found: dict[str, int] = {}
    for row in await spine.db.scan(store.select_rooms_of, spine.institution.id, joined):
        time = lifetime(policy_of(duty, policies, row), row.wanted_ms)
        if time is not None:
            found[row.room_id] = time
    return found


def policy_of(duty: Duty, policies: Policies, room: store.RoomRow) -> Policy:
    """The policy that a room is under."""
    return find_policy(policies, units_of(duty, room), room.kind)


# --- the job -------------------------------------------------------------------------


async def keep_time(duty: Duty) -> None:
    """Go through everything once: end holds, erase, remove files, destroy what was sealed."""
    spine = duty.spine
    await end_holds(duty)
    policies = await load_policies(duty)
    after = 0
    while policies and (
        rooms := await spine.db.scan(store.select_rooms, spine.institution.id, after, _PAGE)
    ):
        for room in rooms:
            await _keep_room(duty, policy_of(duty, policies, room), room)
        after = rooms[-1].room_nid
    await _remove_unnamed(duty, longest_files(policies))
    await _remove_pictures(duty)
    await _destroy_sealed(duty)


async def _keep_room(duty: Duty, policy: Policy, room: store.RoomRow) -> None:
    now, time = duty.spine.clock.now_ms(), lifetime(policy, room.wanted_ms)
    if time is not None:
        await _erase_said(duty, room, now - time)
    files = kept_files(policy)
    if files is not None and (time is None or files < time):
        await _remove_named(duty, room, now - files)


class _Piece(NamedTuple):
    """What one transaction has erased: events, the files named, how far it got, if more waits."""

    erased: int
    media_ids: list[str]
    reached: int
    more: bool


async def _erase_said(duty: Duty, room: store.RoomRow, before_ts: int) -> None:
    spine, order, count, more = duty.spine, room.erased_order, 0, True
    first = await spine.db.read(select_said, spine.institution.id, room.room_nid, order, 1)
    if not first or logged_of(first[0]).event.origin_server_ts >= before_ts:
        return
    while more:

        async def plan(w: Writing, after: int = order) -> _Piece:
            return await _erase_piece(w, room, after, before_ts)

        piece = await spine.log.commit(plan)
        await _remove_if_unused(duty, piece.media_ids)
        count += piece.erased
        order, more = piece.reached, piece.more
    if count:
        act = Act(
            "retention.erase", SERVER, room.room_id, {"events": count, "before_ts": before_ts}
        )
        await spine.log.commit(partial(record, act=act))


async def _erase_piece(w: Writing, room: store.RoomRow, after: int, before_ts: int) -> _Piece:
    institution_id, nid = w.institution.id, room.room_nid
    held = await select_held(w.tx, institution_id, w.log.clock.now_ms())
    if room.room_id in held:
        return _Piece(0, [], after, more=False)
    swept = await w.erase(Aged(room.room_id, nid, after, before_ts, held, PIECE))
    positions = [each.logged.position for each in swept.erased]
    files = await store.select_files_of(w.tx, institution_id, positions) if positions else []
    for each in swept.erased:
        logged = each.logged
        await forget_counts(w, logged.room_order, nid)
        await forget_relation(w, logged.position, nid)
        await delete_words(w.tx, institution_id, logged.position)
        await store.delete_names(w.tx, institution_id, logged.position)
    if swept.reached > after:
        told = w.position if swept.erased else room.position
        await store.update_erased(w.tx, institution_id, nid, swept.reached, before_ts, told)
    return _Piece(len(swept.erased), [row.media_id for row in files], swept.reached, swept.more)


# --- files ---------------------------------------------------------------------------


async def _remove_if_unused(duty: Duty, media_ids: Sequence[str]) -> None:
    """Remove the files that no event names any more, and no profile shows."""
    institution_id, db = duty.spine.institution.id, duty.spine.db
    unused = list[str]()
    for media_id in dict.fromkeys(media_ids):
        is_used = await db.read(store.is_named, institution_id, media_id)
        if not is_used and not await _is_kept(duty, media_id):
            unused.append(media_id)
    if unused:
        await remove_files(duty.media, unused)


async def _is_kept(duty: Duty, media_id: str) -> bool:
    """True for a file that its uploader's hold or a profile keeps."""
    spine = duty.spine
    row = await find_file(duty.media, media_id)
    held = await spine.db.read(select_held, spine.institution.id, spine.clock.now_ms())
    if row is None or row.user_id in held:
        return True
    value = encode(f"mxc://{spine.institution.server_name}/{media_id}").decode()
    return await spine.db.read(is_value, spine.institution.id, "avatar_url", value)


async def _remove_named(duty: Duty, room: store.RoomRow, before_ts: int) -> None:
    """Remove files of a room before their messages; the messages stay."""
    spine, nid = duty.spine, room.room_nid
    institution_id = spine.institution.id
    while True:
        held = await spine.db.read(select_held, institution_id, spine.clock.now_ms())
        rows = await spine.db.read(store.select_old_files, institution_id, nid, before_ts, PIECE)
        if not rows or room.room_id in held:
            return

        async def plan(w: Writing, rows: list[store.FileRow] = rows) -> None:
            for row in rows:
                await store.delete_names(w.tx, institution_id, row.position)

        await spine.log.commit(plan)
        await _remove_if_unused(duty, [row.media_id for row in rows])


async def _remove_unnamed(duty: Duty, time: int | None) -> None:
    """Remove old files of which no event tells in clear: those of encrypted chats among them."""
    spine, after = duty.spine, (0, "")
    institution_id = spine.institution.id
    held = await spine.db.read(select_held, institution_id, spine.clock.now_ms())
    if time is None or any(target.startswith("!") for target in held):
        return
    while rows := await files_made_before(duty.media, after, spine.clock.now_ms() - time):
        await _remove_if_unused(duty, [row.media_id for row in rows])
        after = (rows[-1].created_ts, rows[-1].media_id)


async def _remove_pictures(duty: Duty) -> None:
    """Remove the pictures of link previews that nobody has sent and that are over."""
    after = ""
    while page := await pictures_over(duty.media, after):
        await _remove_if_unused(duty, page)
        after = page[-1]


# --- what is sealed ------------------------------------------------------------------


async def _destroy_sealed(duty: Duty) -> None:
    """Destroy what was sealed long enough, and is under no hold."""
    spine, after, now = duty.spine, 0, duty.spine.clock.now_ms()
    while rows := await spine.db.read(
        store.select_sealed_over, spine.institution.id, now, after, PIECE
    ):
        after = rows[-1].position

        async def plan(w: Writing, rows: list[store.SealedRow] = rows) -> None:
            held = await select_held(w.tx, w.institution.id, now)
            over = [row for row in rows if not held & {row.room_id, row.sender}]
            for row in over:
                await store.delete_sealed(w.tx, w.institution.id, row.position)
                act = Act("sealed.destroy", SERVER, row.room_id, {"event_id": row.event_id})
                await record(w, act)

        await spine.log.commit(plan)
