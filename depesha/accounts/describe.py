"""What those who keep accounts are told of them."""

from depesha.accounts import store
from depesha.accounts.record import Accounts
from depesha.accounts.roles import describe_grant, load_roles
from depesha.accounts.store import UserRow, grants_in
from depesha.base.canonical import Content
from depesha.base.rights import Grant, Role


def _user_body(user: UserRow, roles: list[Grant]) -> Content:
    return {
        "user_id": user.user_id,
        "admin": Grant(Role.OWNER) in roles,
        "roles": [describe_grant(grant) for grant in roles],
        "guest": bool(user.is_guest),
        "locked": bool(user.is_locked),
        "suspended": bool(user.is_suspended),
        "deactivated": bool(user.is_deactivated),
        "application_service": user.appservice,
        "created_ts": user.created_ts,
    }


async def describe_users(accounts: Accounts, users: list[UserRow]) -> list[Content]:
    """What is told of each account, in the same order."""
    roles: dict[str, list[Grant]] = {}
    for row in await load_roles(accounts):
        roles.setdefault(row.user_id, []).extend(grants_in([row]))
    return [_user_body(user, roles.get(user.user_id, [])) for user in users]


async def describe_accounts(accounts: Accounts, user_ids: list[str]) -> list[Content]:
    """What is told of the accounts of these users, in the order of their ids."""
    spine = accounts.spine
    users = await spine.db.read(store.select_users_of, spine.institution.id, user_ids)
    return await describe_users(accounts, users)
