"""What is done from time to time: writing down when devices were seen, forgetting what is over."""

from depesha.accounts import store
from depesha.accounts.record import Accounts
from depesha.io.tx import Tx

EVERY_SECONDS = 60


async def keep_house(accounts: Accounts) -> None:
    """Do so until it is cancelled, and once more then."""
    try:
        while True:
            await accounts.spine.clock.sleep(EVERY_SECONDS)
            await write_seen(accounts)
    finally:
        await write_seen(accounts)


async def write_seen(accounts: Accounts) -> None:
    """Write down what was noted since the last time, in one transaction."""
    institution_id, now = accounts.spine.institution.id, accounts.spine.clock.now_ms()
    noted = accounts.sessions.take_seen()

    async def plan(tx: Tx) -> None:
        for (user_id, device_id), seen in noted.items():
            row = (seen.ts, seen.address, seen.user_agent)
            await store.update_seen(tx, institution_id, user_id, device_id, row)
        await store.delete_expired(tx, institution_id, now)

    try:
        await accounts.spine.db.write(plan)
    except BaseException:
        # Also when the server stops while this is on its way: it is written once more then.
        accounts.sessions.put_back(noted)
        raise
