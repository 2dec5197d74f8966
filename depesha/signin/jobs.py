"""Forgetting what is over, from time to time."""

from depesha.io.tx import Tx
from depesha.signin import store
from depesha.signin.clients import forget_clients
from depesha.signin.record import Signin

EVERY_SECONDS = 300


async def keep_signin(signin: Signin) -> None:
    """Do so until it is cancelled."""
    spine = signin.spine
    while True:
        await spine.clock.sleep(EVERY_SECONDS)
        now = spine.clock.now_ms()

        async def plan(tx: Tx, now: int = now) -> None:
            await store.delete_expired(tx, spine.institution.id, now)
            await forget_clients(tx, spine.institution.id, now)

        await spine.db.write(plan)
