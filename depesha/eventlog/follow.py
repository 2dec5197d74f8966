"""Taking in what the other workers on the same database commit."""

import asyncio
from contextlib import suppress
from functools import partial

from depesha.eventlog.append import EventLog
from depesha.io.tx import Unavailable
from depesha.io.wake import Wake


async def follow_others(log: EventLog, wake: Wake) -> None:
    """Follow the log once a second, and at once when told that it has grown; never returns.

    Whoever is parked here is woken by what was written elsewhere. Whispers go both ways.
    """
    heard = asyncio.Event()

    def reached(position: int) -> None:
        if position > log.position:
            heard.set()

    wake.listen(log.institution.id, reached, log.follow, log.whispers.hear)
    log.after_commit = partial(wake.announce, log.institution.id)
    log.whispers.send = partial(wake.tell, log.institution.id)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(wake.run(log.clock))
        while True:
            await heard.wait()
            heard.clear()
            # The poll will find it when the database is back.
            with suppress(Unavailable):
                await log.follow()
