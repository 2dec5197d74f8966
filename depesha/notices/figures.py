"""How far an official notice has come (requirement D3)."""

from collections import Counter
from collections.abc import AsyncIterator

import msgspec

from depesha.base.canonical import Content
from depesha.base.errors import not_found
from depesha.io.tx import Tx
from depesha.notices import store
from depesha.notices.record import Notices
from depesha.notices.rules import Stage, stage_of, summed
from depesha.signals import select_read_orders

_AT_ONCE = 500


async def describe_official(notices: Notices, notice_id: str) -> Content:
    """A notice with its figures; 404 M_NOT_FOUND."""
    row = await _access(notices, notice_id)
    counts = Counter[Stage]()
    async for piece in _stages(notices, notice_id):
        counts.update(stage for _, stage in piece)
    return {**_described(row), **summed(counts)}


async def list_officials(notices: Notices, before: int, limit: int) -> list[Content]:
    """Notices sent before a time (ms), the latest first, without figures."""
    spine = notices.spine
    rows = await spine.db.read(store.select_officials, spine.institution.id, before, limit)
    return [_described(row) for row in rows]


async def list_not_reached(
    notices: Notices, notice_id: str, after: str, limit: int
) -> tuple[list[str], str | None]:
    """Those whom no device of theirs has told yet, after a user id, and where to go on."""
    await _access(notices, notice_id)
    found: list[str] = []
    async for piece in _stages(notices, notice_id, after):
        found += [user_id for user_id, stage in piece if stage < Stage.DELIVERED]
        if len(found) > limit:
            return found[:limit], found[limit - 1]
    return found, None


async def _access(notices: Notices, notice_id: str) -> store.OfficialRow:
    spine = notices.spine
    row = await spine.db.read(store.select_official, spine.institution.id, notice_id)
    if row is None:
        raise not_found("There is no such notice")
    return row


def _described(row: store.OfficialRow) -> Content:
    return {
        "notice_id": row.notice_id,
        "kind": row.kind,
        "body": row.body,
        "sender": row.sender,
        "to": msgspec.json.decode(row.target),
        "ts": row.ts,
        "is_spread": bool(row.is_spread),
        **({"signed": row.signed} if row.signed else {}),
    }


async def _stages(
    notices: Notices, notice_id: str, after: str = ""
) -> AsyncIterator[list[tuple[str, Stage]]]:
    """How far it has come with each person, in pieces."""
    spine = notices.spine
    while piece := await spine.db.scan(_select_piece, spine.institution.id, notice_id, after):
        after = piece[-1][0]
        yield piece


async def _select_piece(
    tx: Tx, institution_id: int, notice_id: str, after: str
) -> list[tuple[str, Stage]]:
    rows = await store.select_addressed(tx, institution_id, notice_id, after, _AT_ONCE)
    rooms = [row.room_id for row in rows if row.room_id]
    read = await select_read_orders(tx, institution_id, rooms)
    return [
        (
            row.user_id,
            stage_of(
                row.position,
                read.get((row.room_id, row.user_id), 0),
                is_delivered=row.delivered_ts is not None,
                is_acknowledged=row.acked_ts is not None,
            ),
        )
        for row in rows
    ]
