"""Signing in.

Spec: client-server API, "Login".
"""

from depesha.accounts import store
from depesha.accounts.record import Accounts
from depesha.accounts.signin import NewDevice, begin_session, check_device
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden
from depesha.base.ids import parse_user_id
from depesha.eventlog.append import Writing


def local_user_id(accounts: Accounts, name: str) -> str:
    """The full id of what somebody typed as their name: a localpart or a whole id."""
    if name.startswith("@"):
        found = parse_user_id(name)
        return f"@{found.local.lower()}:{found.domain}" if found else name
    return accounts.user_id(name.lower())


async def access_by_password(accounts: Accounts, user_id: str, password: str) -> store.UserRow:
    """The account, when the password is its own.

    Raises 403 M_FORBIDDEN, which does not tell a wrong password from an unknown user, and
    M_USER_DEACTIVATED.
    """
    spine = accounts.spine
    user = await spine.db.read(store.select_user, spine.institution.id, user_id)
    is_right = await accounts.passwords.is_right(user.password_hash if user else None, password)
    if user is None or not is_right:
        raise forbidden("Wrong username or password")
    return check_active(user)


def check_active(user: store.UserRow) -> store.UserRow:
    """The account; 403 M_USER_DEACTIVATED when it is no more."""
    if user.is_deactivated:
        raise MatrixError(403, "M_USER_DEACTIVATED", "This account has been deactivated")
    return user


async def sign_in(accounts: Accounts, user_id: str, device: NewDevice) -> Content:
    """Begin a session on a device; the body of the response.

    Raises 400 M_INVALID_PARAM, 403 M_USER_DEACTIVATED.
    """
    check_device(device)

    async def plan(w: Writing) -> Content:
        user = await store.select_user(w.tx, w.institution.id, user_id)
        if user is None:
            raise forbidden("Wrong username or password")
        check_active(user)
        device_id, tokens = await begin_session(w, user_id, device)
        return {
            "user_id": user_id,
            "home_server": w.institution.server_name,
            "device_id": device_id,
            **tokens.body(),
        }

    return await accounts.spine.log.commit(plan)
