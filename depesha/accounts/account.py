"""Changing a password, and ending an account.

Spec: client-server API, "Password management", "Account deactivation".
"""

from depesha.accounts import store
from depesha.accounts.policies import check_new_password
from depesha.accounts.record import Accounts, nowhere
from depesha.accounts.sessions import ACCOUNT
from depesha.accounts.signin import end_devices
from depesha.audit import Act, record
from depesha.base.errors import forbidden
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach

DEACTIVATED = "deactivated"
"""Kind of change: the user named is no more. `item` is "erase" when they want to be forgotten."""


async def set_password(
    accounts: Accounts,
    user_id: str,
    password: str,
    *,
    logout: bool,
    keep_device: str = "",
    act: Act | None = None,
) -> None:
    """Give the account another password; 400 M_WEAK_PASSWORD for one that it may not have.

    With `logout` all devices end but `keep_device`. `act` is given where another person does it.

    Raises 403 M_FORBIDDEN for whoever would give themselves one beside that of the directory:
    it would outlive the other.
    """
    if act is None and accounts.elsewhere is not nowhere:
        await _check_has_own(accounts, user_id)
    await check_new_password(accounts.spine, user_id, password)
    hashed = await accounts.passwords.hash(password)

    async def plan(w: Writing) -> None:
        await store.update_password(w.tx, w.institution.id, user_id, hashed)
        await store.delete_tickets_of(w.tx, w.institution.id, user_id)
        await w.change(Change(ACCOUNT, Reach.NOBODY, user_id))
        if logout:
            await _end_all(w, user_id, keep_device)
        if act is not None:
            await record(w, act)

    await accounts.spine.log.commit(plan)


async def _check_has_own(accounts: Accounts, user_id: str) -> None:
    spine = accounts.spine
    user = await spine.db.read(store.select_user, spine.institution.id, user_id)
    if user is None or user.password_hash is None:
        raise forbidden("The password of this account is changed in the directory")


async def deactivate(
    accounts: Accounts, user_id: str, *, erase: bool, act: Act | None = None
) -> None:
    """End an account for ever: nobody signs in to it again, and nobody gets its name.

    Higher slices make it leave its rooms, and forget what else they hold of it. `act` is given
    where another person does it.
    """

    async def plan(w: Writing) -> None:
        await store.update_deactivated(w.tx, w.institution.id, user_id, int(erase))
        await store.delete_roles_of(w.tx, w.institution.id, user_id)
        await store.delete_tickets_of(w.tx, w.institution.id, user_id)
        await w.change(Change(ACCOUNT, Reach.NOBODY, user_id))
        await _end_all(w, user_id, "")
        item = "erase" if erase else ""
        await w.change(Change(DEACTIVATED, Reach.NOBODY, user_id, item=item))
        if act is not None:
            await record(w, act)

    await accounts.spine.log.commit(plan)


async def _end_all(w: Writing, user_id: str, keep_device: str) -> None:
    devices = await store.select_devices(w.tx, w.institution.id, user_id)
    ids = [device.device_id for device in devices if device.device_id != keep_device]
    await end_devices(w, user_id, ids)
