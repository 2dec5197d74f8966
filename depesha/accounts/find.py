"""What other slices ask about accounts."""

from depesha.accounts import store
from depesha.accounts.record import Accounts
from depesha.base.errors import MatrixError
from depesha.http.caller import Caller
from depesha.io.tx import Tx


async def is_active(accounts: Accounts, user_id: str) -> bool:
    """True when this is a local account that has not been deactivated."""
    spine = accounts.spine
    if not spine.institution.is_local(user_id):
        return False
    user = await spine.db.read(store.select_user, spine.institution.id, user_id)
    return user is not None and not user.is_deactivated


async def find_user(tx: Tx, institution_id: int, user_id: str) -> store.UserRow | None:
    """The account, whatever its state."""
    return await store.select_user(tx, institution_id, user_id)


async def has_password(accounts: Accounts, user_id: str) -> bool:
    """True when a password signs this account in."""
    spine = accounts.spine
    user = await spine.db.read(store.select_user, spine.institution.id, user_id)
    return user is not None and user.password_hash is not None


async def find_caller(accounts: Accounts, user_id: str, device_id: str) -> Caller | None:
    """Whoever asked for something that is done only now; None once the account has ended."""
    spine = accounts.spine
    user, roles = await spine.db.read(store.select_holder, spine.institution.id, user_id)
    if user is None or user.is_deactivated:
        return None
    return Caller(
        spine.institution,
        user_id,
        device_id,
        is_guest=bool(user.is_guest),
        grants=tuple(store.grants_in(roles)),
        is_locked=bool(user.is_locked),
        is_suspended=bool(user.is_suspended),
        appservice=user.appservice,
    )


async def people_after(accounts: Accounts, after: str, limit: int) -> list[str]:
    """People whose id is greater than `after`, in the order of their ids.

    Guests, ended accounts and those of application services are not among them.
    """
    spine = accounts.spine
    return [
        row.user_id
        for row in await spine.db.read(store.select_people, spine.institution.id, after, limit)
    ]


async def find_guests(tx: Tx, institution_id: int, user_ids: list[str]) -> list[str]:
    """Those of the users who are guests."""
    return [row.user_id for row in await store.select_guests(tx, institution_id, user_ids)]


def check_not_suspended(caller: Caller) -> None:
    """Raise 403 M_USER_SUSPENDED for whoever may only read for the time being.

    Spec: client-server API, "Account suspension", which lists what is still allowed: leaving
    rooms, redacting one's own events, keys and key backup, devices, deactivation.
    """
    if caller.is_suspended:
        raise MatrixError(
            403, "M_USER_SUSPENDED", "You cannot perform this action while suspended."
        )


async def find_devices(
    tx: Tx, institution_id: int, user_ids: list[str]
) -> dict[str, dict[str, str | None]]:
    """Of those of the users who are there: the display name of each device by its id."""
    found: dict[str, dict[str, str | None]] = {}
    for row in await store.select_named_devices(tx, institution_id, user_ids):
        devices = found.setdefault(row.user_id, {})
        if row.device_id is not None:
            devices[row.device_id] = row.display_name
    return found
