"""Shutting somebody out at once, and letting them in again (requirements O9, G17)."""

from typing import Literal

from depesha.accounts import store
from depesha.accounts.sessions import ACCOUNT
from depesha.accounts.signin import end_devices
from depesha.accounts.tickets import Ticket
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.io.tx import Tx

Standing = Literal["open", "role", "locked", "ended"]
"""Whether somebody may sign in, also with a role of more than a member, may not for the time being,
or never will again."""

_PAGE = 5_000


async def shut_out(w: Writing, user_id: str) -> int:
    """Within a plan: lock the account and end all its sessions; how many devices that were."""
    await _lock(w, user_id, is_locked=1)
    await store.delete_tickets_of(w.tx, w.institution.id, user_id)
    until = w.log.clock.now_ms() + Ticket.SHUT_OUT.value
    name = Ticket.SHUT_OUT.name
    await store.insert_tickets_of_sessions(w.tx, w.institution.id, user_id, name, until)
    devices = await store.select_devices(w.tx, w.institution.id, user_id)
    await end_devices(w, user_id, [device.device_id for device in devices])
    return len(devices)


async def let_in(w: Writing, user_id: str) -> None:
    """Within a plan: unlock the account of somebody who comes back."""
    await _lock(w, user_id, is_locked=0)


async def _lock(w: Writing, user_id: str, *, is_locked: int) -> None:
    user = await store.select_user(w.tx, w.institution.id, user_id)
    if user is not None and user.is_locked != is_locked:
        await store.update_flags(w.tx, w.institution.id, user._replace(is_locked=is_locked))
        await w.change(Change(ACCOUNT, Reach.NOBODY, user_id))


async def select_standings(tx: Tx, institution_id: int) -> dict[str, Standing]:
    """All accounts by user id, with their standing."""
    found: dict[str, Standing] = {}
    with_role = {row.user_id for row in await store.select_roles(tx, institution_id)}
    after = ""
    while page := await store.select_users(tx, institution_id, after, _PAGE):
        for user in page:
            found[user.user_id] = _standing(user, has_role=user.user_id in with_role)
        after = page[-1].user_id
    return found


def _standing(user: store.UserRow, *, has_role: bool) -> Standing:
    if user.is_deactivated:
        return "ended"
    if user.is_locked:
        return "locked"
    return "role" if has_role else "open"


# --- whose name it is ----------------------------------------------------------------


async def is_unclaimed(tx: Tx, institution_id: int, user: store.UserRow, *, trusts: bool) -> bool:
    """True for an account that its owner in a directory may enter.

    It has no password and no role; with `trusts` it may have them. Guests, users of application
    services and accounts that have ended never are.
    """
    roles = await store.select_roles_of(tx, institution_id, [user.user_id])
    return _is_unclaimed(user, has_role=bool(roles), trusts=trusts)


async def select_unclaimed(tx: Tx, institution_id: int, *, trusts: bool) -> set[str]:
    """All such accounts by user id."""
    with_role = {row.user_id for row in await store.select_roles(tx, institution_id)}
    found: set[str] = set()
    after = ""
    while page := await store.select_users(tx, institution_id, after, _PAGE):
        found.update(
            user.user_id
            for user in page
            if _is_unclaimed(user, has_role=user.user_id in with_role, trusts=trusts)
        )
        after = page[-1].user_id
    return found


def _is_unclaimed(user: store.UserRow, *, has_role: bool, trusts: bool) -> bool:
    if user.is_guest or user.is_deactivated or user.appservice is not None:
        return False
    return trusts or (user.password_hash is None and not has_role)
