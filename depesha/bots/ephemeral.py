"""Typing and presence for application services: what changed since the last look.

Spec: application service API, "Pushing ephemeral data".
"""

from depesha.base.canonical import Json
from depesha.bots.interest import Interest
from depesha.bots.record import Bots
from depesha.bots.registration import Registration
from depesha.signals import presence_since, typing_since


async def find_ephemeral(
    bots: Bots, service: Registration, interest: Interest, since: int
) -> list[Json]:
    """Events that concern the service, of what changed after an ephemeral position."""
    if not service.wants_ephemeral or bots.spine.log.ephemeral == since:
        return []
    found: list[Json] = [
        {**event, "room_id": room_id}
        for room_id, event in typing_since(bots.signals, since).items()
        if await interest.has_room(room_id)
    ]
    for user_id, event in presence_since(bots.signals, since).items():
        if await interest.has_person(user_id):
            found.append(event)
    return found
