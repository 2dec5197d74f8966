"""Ending sessions.

Spec: client-server API, "Logout".
"""

from depesha.accounts import store
from depesha.accounts.record import Accounts
from depesha.accounts.sessions import ACCOUNT
from depesha.accounts.signin import end_devices
from depesha.audit import Act, record
from depesha.base.errors import forbidden
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.http.caller import Caller


async def logout(accounts: Accounts, caller: Caller) -> None:
    """End the caller's session, and forget its device with its keys.

    Raises 403 M_FORBIDDEN for an application service, which has no session.
    """
    if caller.appservice is not None:
        raise forbidden("The token of an application service cannot be ended")

    async def plan(w: Writing) -> None:
        await end_devices(w, caller.user_id, [caller.device_id])

    await accounts.spine.log.commit(plan)


async def logout_all(accounts: Accounts, user_id: str, act: Act | None = None) -> int:
    """End every session of a user, and forget the devices: how many those were.

    `act` is given where another person does it.
    """

    async def plan(w: Writing) -> int:
        devices = await store.select_devices(w.tx, w.institution.id, user_id)
        await end_devices(w, user_id, [device.device_id for device in devices])
        # Whoever is signed in on our pages is signed out there, too.
        await w.change(Change(ACCOUNT, Reach.NOBODY, user_id))
        if act is not None:
            await record(w, act)
        return len(devices)

    return await accounts.spine.log.commit(plan)
