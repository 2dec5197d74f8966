"""What is urgent and awaits somebody's acknowledgement (requirement M7)."""

from depesha.base.canonical import Content
from depesha.eventlog.read import find_events
from depesha.events.urgent import is_urgent
from depesha.notices import store
from depesha.notices.record import Notices

_MOST = 100


async def list_awaiting(notices: Notices, user_id: str) -> list[Content]:
    """The urgent messages of others that somebody has not acknowledged, the latest first.

    At most a hundred, in rooms where the person was when they were sent and still is.
    """
    spine = notices.spine
    places = await spine.log.rooms_of(user_id)
    joined = [room_id for room_id, place in places.items() if place.membership == "join"]
    rows = [
        row
        for row in await spine.db.read(
            store.select_awaiting, spine.institution.id, user_id, joined, _MOST
        )
        if places[row.room_id].since_position < row.position
    ]
    found = await find_events(spine.log, [row.position for row in rows])
    return [
        {
            "room_id": row.room_id,
            "event_id": row.event_id,
            "sender": row.sender,
            "ts": logged.event.origin_server_ts,
        }
        for row in rows
        if (logged := found.get(row.position)) is not None
        and not logged.redacted_by
        and is_urgent(logged.event.type, logged.event.content)
    ]
