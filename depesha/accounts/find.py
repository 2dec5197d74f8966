"""Whether a local account is there."""

from depesha.accounts import store
from depesha.accounts.record import Accounts


async def is_active(accounts: Accounts, user_id: str) -> bool:
    """True for an account that is there and was not deactivated."""
    spine = accounts.spine
    row = await spine.db.read(store.select_user, spine.institution.id, user_id)
    return row is not None and not row.is_deactivated
