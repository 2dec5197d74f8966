"""The devices of a user.

Spec: client-server API, "Device Management".
"""

from depesha.accounts import store
from depesha.accounts.record import Accounts
from depesha.accounts.signin import DEVICE, NewDevice, add_device, check_device, end_devices
from depesha.audit import Act, record
from depesha.base.errors import not_found
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach


def _with_seen(accounts: Accounts, user_id: str, row: store.DeviceRow) -> store.DeviceRow:
    """The row with what is known of its last use but not written down yet."""
    seen = accounts.sessions.seen.get((user_id, row.device_id))
    if seen is None:
        return row
    return row._replace(last_seen_ts=seen.ts, last_seen_ip=seen.address, user_agent=seen.user_agent)


async def load_devices(accounts: Accounts, user_id: str) -> list[store.DeviceRow]:
    """All devices of the user, oldest first."""
    spine = accounts.spine
    rows = await spine.db.read(store.select_devices, spine.institution.id, user_id)
    return [_with_seen(accounts, user_id, row) for row in rows]


async def access_device(accounts: Accounts, user_id: str, device_id: str) -> store.DeviceRow:
    """The device; 404 M_NOT_FOUND."""
    spine = accounts.spine
    row = await spine.db.read(store.select_device, spine.institution.id, user_id, device_id)
    if row is None:
        raise not_found("No such device")
    return _with_seen(accounts, user_id, row)


async def rename_device(
    accounts: Accounts, user_id: str, device_id: str, display_name: str | None, *, may_add: bool
) -> bool:
    """Name a device; True when it was added by that, which application services may do.

    Raises 400 M_INVALID_PARAM, 404 M_NOT_FOUND.
    """
    check_device(NewDevice(device_id, display_name))

    async def plan(w: Writing) -> bool:
        if may_add and await add_device(w, user_id, device_id, display_name):
            return True
        if await store.select_device(w.tx, w.institution.id, user_id, device_id) is None:
            raise not_found("No such device")
        if display_name is not None:
            await store.update_device_name(w.tx, w.institution.id, user_id, device_id, display_name)
            await w.change(Change(DEVICE, Reach.NOBODY, user_id, item=device_id))
        return False

    return await accounts.spine.log.commit(plan)


async def delete_devices(
    accounts: Accounts, user_id: str, device_ids: list[str], act: Act | None = None
) -> None:
    """End the sessions of these devices and forget them; unknown ones are gone already.

    `act` is given where another person does it.
    """
    possible = [device_id for device_id in device_ids if "\x00" not in device_id]

    async def plan(w: Writing) -> None:
        await end_devices(w, user_id, possible)
        if act is not None:
            await record(w, act)

    await accounts.spine.log.commit(plan)
