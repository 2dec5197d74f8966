"""A process that writes until it is killed, and says what was acknowledged."""

import asyncio
import os
import sys

from depesha.io.db import open_db
from tests.io.notes import create_notes, insert_note


async def main(url: str) -> None:
    db = await open_db(url)
    await db.write(create_notes)

    async def write(worker: int) -> None:
        for number in range(1_000_000):
            id = await db.write(insert_note, worker * 1_000_000 + number)
            os.write(1, b"%d\n" % id)

    await asyncio.gather(*map(write, range(8)))


asyncio.run(main(sys.argv[1]))
