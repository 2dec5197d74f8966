"""How often somebody may try a password at an account.

Requirement U3, docs/decisions/0029-guessing.md.
"""

from depesha.accounts.devices import load_devices
from depesha.accounts.find import find_user
from depesha.accounts.record import Accounts
from depesha.base.errors import MatrixError
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.http.limits import neighbourhood

GUESSED = "guessed"
"""Kind of change: so many passwords were tried at the user named that strangers must wait."""

Taken = tuple[tuple[str, str], ...]
"""Limits and their keys of which a token was taken."""


async def take_attempt(accounts: Accounts, user_id: str, address: str | None) -> Taken:
    """What the attempt was counted by, to be given back if the password is right.

    `user_id` is "" for what is no name, `address` None in a session of the person. Raises 429
    M_LIMIT_EXCEEDED.
    """
    limits = accounts.spine.limits
    place = "" if address is None else neighbourhood(address)
    here = f"{user_id} {place}"
    if address is None or await _is_known(accounts, user_id, place):
        limits.check("account", here)
        return (("account", here),)
    limits.check("stranger", here)
    try:
        limits.check("guess", user_id)
    except MatrixError:
        await _alarm(accounts, user_id)
        raise
    return ("stranger", here), ("guess", user_id)


async def _is_known(accounts: Accounts, user_id: str, place: str) -> bool:
    """True when a device of the account was last seen there."""
    devices = await load_devices(accounts, user_id)
    return any(each.last_seen_ip and neighbourhood(each.last_seen_ip) == place for each in devices)


async def _alarm(accounts: Accounts, user_id: str) -> None:
    """Let the person be told, once a day."""
    spine = accounts.spine
    if await spine.db.read(find_user, spine.institution.id, user_id) is None:
        return
    try:
        spine.limits.check("alarm", user_id)
    except MatrixError:
        return

    async def plan(w: Writing) -> None:
        await w.change(Change(GUESSED, Reach.NOBODY, user_id))

    await spine.log.commit(plan)
