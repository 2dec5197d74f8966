"""Everything that goes on for application services while the server runs."""

import asyncio
from functools import partial

from depesha.bots.collect import collect
from depesha.bots.deliver import deliver
from depesha.bots.interest import Interest
from depesha.bots.record import Bots
from depesha.rooms import aliases_of


async def serve_services(bots: Bots) -> None:
    """Tell each service, until cancelled, what concerns it."""
    if not bots.told:
        return
    interests = {
        service.id: Interest(service, bots.spine.log, partial(aliases_of, bots.rooms))
        for service in bots.told
    }
    async with asyncio.TaskGroup() as group:
        group.create_task(collect(bots, interests))
        for service in bots.told:
            group.create_task(deliver(bots, service, interests[service.id]))
