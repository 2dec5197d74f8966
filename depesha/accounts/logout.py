"""Ending sessions.

Spec: client-server API, "Logout".
"""

from depesha.accounts import store
from depesha.accounts.record import Accounts
from depesha.accounts.signin import end_devices
from depesha.eventlog.append import Writing


async def logout(accounts: Accounts, user_id: str, device_id: str) -> None:
    """End the session of a device, and forget the device with its keys."""

    async def plan(w: Writing) -> None:
        await end_devices(w, user_id, [device_id])

    await accounts.spine.log.commit(plan)


async def logout_all(accounts: Accounts, user_id: str) -> None:
    """End every session of a user, and forget the devices."""

    async def plan(w: Writing) -> None:
        devices = await store.select_devices(w.tx, w.institution.id, user_id)
        await end_devices(w, user_id, [device.device_id for device in devices])

    await accounts.spine.log.commit(plan)
