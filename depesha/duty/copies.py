"""A copy of one's own data as a zip archive, made by a job; and the end of all of it.

Requirement U6.
"""

from collections.abc import AsyncIterator, Callable

from depesha.accounts import deactivate, load_devices
from depesha.audit import Act
from depesha.base.canonical import Content, canonical, decode
from depesha.base.errors import limit_exceeded, not_found
from depesha.duty import store
from depesha.duty.held import load_copies, load_counts, summary
from depesha.duty.pack import Pack
from depesha.duty.record import Duty
from depesha.duty.rules import DAY_MS
from depesha.duty.said import Gathered, files_in, lines_of
from depesha.eventlog.changes import Logged
from depesha.io.jobs import upsert_job
from depesha.io.tx import Tx
from depesha.media import files_of
from depesha.profile import load_fields, select_data_since

KIND = "copy"
"""The kind of the job."""
KEPT_MS = 7 * DAY_MS
"""How long a copy lies ready."""
MOST_COPIES = 3
_MOST_BYTES = 1 << 40


async def ask_copy(duty: Duty, user_id: str) -> store.CopyRow:
    """Let a copy be made; 429 M_LIMIT_EXCEEDED while there are several."""
    clock = duty.spine.clock
    now = clock.now_ms()
    row = store.CopyRow(clock.new_id(), user_id, now, now + KEPT_MS, None, 0)

    async def plan(tx: Tx) -> None:
        institution_id = duty.spine.institution.id
        rows = await store.select_copies(tx, institution_id, user_id)
        alive = [each for each in rows if each.expires_ts > now]
        if len(alive) >= MOST_COPIES:
            raise limit_exceeded(alive[0].expires_ts - now)
        await store.insert_copy(tx, institution_id, row)
        await upsert_job(tx, institution_id, KIND, row.copy_id, b"", now)

    await duty.spine.db.write(plan)
    duty.jobs.wake()
    return row


async def access_copy(duty: Duty, user_id: str, copy_id: str) -> store.CopyRow:
    """One's own copy that is ready; 404 M_NOT_FOUND for any other."""
    for row in await load_copies(duty, user_id):
        if row.copy_id == copy_id and row.sha256 is not None:
            return row
    raise not_found("There is no such copy")


async def make_copy(duty: Duty, copy_id: str) -> None:
    """Make a copy that somebody has asked for, unless its time is over."""
    spine = duty.spine
    row = await spine.db.read(store.select_copy, spine.institution.id, copy_id)
    if row is None or row.sha256 is not None:
        return
    blob = await duty.media.blobs.put(_content(duty, row), _MOST_BYTES)
    made = row._replace(
        sha256=blob.sha256, size=blob.size, expires_ts=spine.clock.now_ms() + KEPT_MS
    )
    if not await spine.db.write(store.update_made, spine.institution.id, made):
        await duty.media.blobs.delete(blob.sha256)


async def _content(duty: Duty, row: store.CopyRow) -> AsyncIterator[bytes]:
    spine, user_id, pack = duty.spine, row.user_id, Pack(duty.spine.clock.now_ms())
    about: Content = {"copy_id": row.copy_id, "held": await summary(duty, user_id)}
    yield pack.add_json("about.json", about)
    yield pack.add_json("profile.json", await load_fields(duty.profile, user_id))
    devices = await load_devices(duty.accounts, user_id)
    yield pack.add_json("devices.json", [device._asdict() for device in devices])
    data = await spine.db.scan(select_data_since, spine.institution.id, user_id, 0)
    yield pack.add_json(
        "account_data.json",
        [
            {"room_id": each.room_id, "type": each.type, "content": decode(each.content)}
            for each in data
            if each.content is not None
        ],
    )
    gathered, rooms = Gathered(), list[Content]()
    places = await spine.log.rooms_of(user_id)
    known = await spine.log.find_rooms(places)
    for number, (room_id, room) in enumerate(sorted(known.items()), 1):
        membership = places[room_id].membership
        name = room.text("m.room.name", "name") if membership in {"join", "invite"} else ""
        rooms.append({"number": number, "room_id": room_id, "membership": membership, "name": name})
        lines = lines_of(duty, room, gathered, _is_of(user_id), with_sealed=False)
        async for piece in pack.add_pieces(f"rooms/{number}.jsonl", lines, deflate=True):
            yield piece
    yield pack.add_json("rooms.json", rooms)
    own = [file.media_id for file in await files_of(duty.media, user_id)]
    async for piece in files_in(duty, pack, own):
        yield piece
    yield pack.close()


def _is_of(user_id: str) -> Callable[[Logged], bool]:
    def wanted(logged: Logged) -> bool:
        return logged.event.sender == user_id

    return wanted


async def remove_over(duty: Duty) -> None:
    """Remove the copies whose time is over."""
    spine = duty.spine
    now = spine.clock.now_ms()
    for row in await spine.db.read(store.select_copies_over, spine.institution.id, now):
        await _remove(duty, row)


async def _remove(duty: Duty, row: store.CopyRow) -> None:
    await duty.spine.db.write(store.delete_copy, duty.spine.institution.id, row.copy_id)
    if row.sha256 is not None:
        await duty.media.blobs.delete(row.sha256)


# --- the end -------------------------------------------------------------------------


async def erase_own(duty: Duty, user_id: str) -> Content:
    """Withdraw consent: end the account and forget what can be forgotten; a signed receipt.

    The receipt says what there was of each kind, and what is left: what was said to others is
    theirs, too, and the institution's, for as long as it keeps messages.
    """
    spine = duty.spine
    before = await load_counts(duty, user_id)
    for row in await load_copies(duty, user_id):
        await _remove(duty, row)
    act = Act("account.erase", user_id, user_id, {})
    await deactivate(duty.accounts, user_id, erase=True, act=act)
    receipt: Content = {
        "user_id": user_id,
        "server_name": spine.institution.server_name,
        "erased_ts": spine.clock.now_ms(),
        "before": {**before},
        "left": {**await load_counts(duty, user_id)},
    }
    signature = spine.institution.signer.sign(canonical(receipt))
    return {"receipt": receipt, "signature": signature}
