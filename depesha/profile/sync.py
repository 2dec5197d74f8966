"""Account data in a sync."""

from depesha.base.canonical import encode
from depesha.eventlog.section import NOTHING, Section, SyncAsk
from depesha.profile import store
from depesha.profile.record import ACCOUNT_DATA, Profile

KINDS = frozenset({ACCOUNT_DATA})


async def section(profile: Profile, ask: SyncAsk) -> Section:
    """Changed account data, of rooms for those alone that are asked of; all of newly shown ones."""
    fresh = [room_id for room_id, since in ask.rooms.items() if since == 0]
    if not fresh and not ask.may_have(KINDS):
        return NOTHING
    part, spine = Section(), profile.spine
    rows = await spine.db.read(
        store.select_data_since, spine.institution.id, ask.user_id, ask.since or -1
    )
    told: set[tuple[str, str]] = set()
    if ask.since and fresh:
        rows = rows + await spine.db.read(
            store.select_room_data, spine.institution.id, ask.user_id, fresh
        )
    for row in rows:
        if (row.room_id, row.type) in told or (row.content is None and not ask.since):
            continue
        told.add((row.room_id, row.type))
        content = (row.content or "{}").encode()
        event = b'{"type":%b,"content":%b}' % (encode(row.type), content)
        if not row.room_id:
            part.account_data.append(event)
        elif row.room_id in ask.rooms:
            part.room_account_data.setdefault(row.room_id, []).append(event)
    return part
