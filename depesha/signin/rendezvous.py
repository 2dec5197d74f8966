"""A place where two devices leave messages for each other, so that one can sign the other in.

Whoever knows its address may read and write; the devices seal what they say. Spec: MSC4108,
"Insecure rendezvous session"; MSC4388.
"""

from depesha.accounts import token_hash
from depesha.base.errors import MatrixError, limit_exceeded, not_found
from depesha.io.tx import Tx
from depesha.signin import store
from depesha.signin.record import Signin
from depesha.signin.store import MeetingRow

MOST_BYTES = 4096
"""Size of a message."""

LIFE_MS = 5 * 60_000
"""How long two devices may talk."""

MOST = 10_000
"""Places at once; when they are all taken, devices must wait."""


class Overtaken(Exception):
    """The other device has left a message meanwhile; its argument is the etag of that."""


async def open_meeting(signin: Signin, message: bytes) -> tuple[str, MeetingRow]:
    """A new place, by its id, with its first message; raises 429 M_LIMIT_EXCEEDED."""
    spine = signin.spine
    meeting_id, now = spine.clock.new_id(32), spine.clock.now_ms()
    row = MeetingRow(message, _new_etag(signin), now, now + LIFE_MS)

    async def plan(tx: Tx) -> None:
        if await store.count_meetings(tx, spine.institution.id, now) >= MOST:
            raise limit_exceeded(LIFE_MS)
        await store.insert_meeting(tx, spine.institution.id, token_hash(meeting_id), row)

    await spine.db.write(plan)
    return meeting_id, row


def _new_etag(signin: Signin) -> str:
    return f'"{signin.spine.clock.new_id(20)}"'


async def access_meeting(signin: Signin, meeting_id: str) -> MeetingRow:
    """The last message left; 404 M_NOT_FOUND."""
    spine = signin.spine
    key, now = token_hash(meeting_id), spine.clock.now_ms()
    row = await spine.db.read(store.select_meeting, spine.institution.id, key, now)
    if row is None:
        raise _over()
    return row


def _over() -> MatrixError:
    return not_found("These devices meet no more, or never did")


async def leave_message(signin: Signin, meeting_id: str, etag: str, message: bytes) -> MeetingRow:
    """Leave a message in the place of the one with this etag.

    Raises 404 M_NOT_FOUND, and Overtaken when another one is there by now.
    """
    spine = signin.spine
    key, now = token_hash(meeting_id), spine.clock.now_ms()

    async def plan(tx: Tx) -> MeetingRow:
        row = await store.select_meeting(tx, spine.institution.id, key, now)
        if row is None:
            raise _over()
        if row.etag != etag:
            raise Overtaken(row.etag)
        fresh = MeetingRow(message, _new_etag(signin), now, row.expires_ts)
        await store.update_meeting(tx, spine.institution.id, key, fresh)
        return fresh

    return await spine.db.write(plan)


async def end_meeting(signin: Signin, meeting_id: str) -> None:
    """Forget what was said; 404 M_NOT_FOUND."""
    spine = signin.spine
    key = token_hash(meeting_id)
    if not await spine.db.write(store.delete_meeting, spine.institution.id, key):
        raise _over()
