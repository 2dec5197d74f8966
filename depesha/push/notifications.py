"""What has notified somebody lately, found by evaluating anew: nothing is stored per reader.

Spec: client-server API, `GET /notifications`.
"""

from depesha.base.canonical import Content, decode
from depesha.eventlog.read import END, access_page, served
from depesha.eventlog.state import Room
from depesha.push.evaluate import evaluate, facts_of
from depesha.push.record import Push
from depesha.signals import read_up_to

MOST_ROOMS = 100
PAGE = 50


async def list_notifications(
    push: Push, user_id: str, before: int, limit: int, *, only_highlights: bool
) -> tuple[list[Content], int | None]:
    """The latest notifications before a position, newest first, and where to go on."""
    log = push.spine.log
    places = await log.rooms_of(user_id)
    joined = [room_id for room_id, place in places.items() if place.membership == "join"]
    rooms = sorted(
        (await log.find_rooms(joined)).values(), key=lambda room: room.position, reverse=True
    )
    found: list[tuple[int, Content]] = []
    for room in rooms[:MOST_ROOMS]:
        found += await _of_room(push, user_id, room, before, limit, only_highlights)
    found.sort(key=lambda entry: entry[0], reverse=True)
    told = found[:limit]
    return [content for _, content in told], told[-1][0] if len(found) > limit else None


async def _of_room(
    push: Push, user_id: str, room: Room, before: int, limit: int, only_highlights: bool
) -> list[tuple[int, Content]]:
    start = None if before == END else before - 1
    page = await access_page(
        push.spine.log, user_id, room, start=start, stop=None, backward=True, limit=PAGE
    )
    read = await read_up_to(push.signals, user_id, room)
    found: list[tuple[int, Content]] = []
    for logged in page.events:
        outcome = await evaluate(push, user_id, logged, room, facts_of(logged, room))
        if not outcome.notify or (only_highlights and not outcome.highlight):
            continue
        membership = page.vision.membership_at(logged.room_order)
        event = served(logged, user_id, "", membership, push.spine.clock.now_ms())
        told: Content = {
            "actions": list(outcome.actions),
            "event": decode(event),
            "read": logged.room_order <= read,
            "room_id": room.room_id,
            "ts": logged.event.origin_server_ts,
        }
        found.append((logged.position, told))
        if len(found) > limit:
            break
    return found
