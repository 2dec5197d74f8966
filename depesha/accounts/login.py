"""Signing in.

Spec: client-server API, "Login".
"""

from depesha.accounts import store
from depesha.accounts.appservice import Appservice, check_appservice
from depesha.accounts.attempts import take_attempt
from depesha.accounts.record import Accounts
from depesha.accounts.signin import NewDevice, begin_session, check_device
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, bad_json, forbidden, missing_param
from depesha.base.ids import parse_user_id
from depesha.eventlog.append import Writing


def local_user_id(accounts: Accounts, name: str) -> str:
    """The full id of what somebody typed as their name: a localpart or a whole id."""
    if name.startswith("@"):
        found = parse_user_id(name)
        return f"@{found.local.lower()}:{found.domain}" if found else name
    return accounts.user_id(name.lower())


def login_name(accounts: Accounts, identifier: Content | None, user: str | None) -> str:
    """The user id in the body of a login.

    Raises 400 M_MISSING_PARAM, M_BAD_JSON or M_UNKNOWN, 403 M_FORBIDDEN for an e-mail address or
    a telephone number, which nobody has added.
    """
    if identifier is None:
        # COMPAT(clients before r0.4): `user` instead of an identifier.
        if user is None:
            raise missing_param("identifier")
        return local_user_id(accounts, user)
    kind = identifier.get("type")
    if kind in {"m.id.thirdparty", "m.id.phone"}:
        raise forbidden("Wrong username or password")
    if kind != "m.id.user":
        raise MatrixError(400, "M_UNKNOWN", "Unknown type of identifier")
    name = identifier.get("user")
    if not isinstance(name, str):
        raise bad_json("identifier.user must be a string")
    return local_user_id(accounts, name)


async def access_by_password(
    accounts: Accounts, user_id: str, password: str, address: str | None
) -> store.UserRow:
    """The account, when the password is its own, or that of its owner in the directory.

    `address` is where it is typed; None: in a session of this very person.

    Raises 403 M_FORBIDDEN, which does not tell a wrong password from an unknown user, 401
    M_USER_LOCKED, 429 after too many attempts at the same account, and 503 when only the directory
    could tell and cannot be asked.
    """
    spine = accounts.spine
    is_name = parse_user_id(user_id) is not None
    taken = await take_attempt(accounts, user_id if is_name else "", address)
    user = None
    if is_name:
        user = await spine.db.read(store.select_user, spine.institution.id, user_id)
    is_right = await accounts.passwords.is_right(user.password_hash if user else None, password)
    if not is_right and (user is None or user.password_hash is None):
        user = await _find_elsewhere(accounts, user_id, password)
        is_right = user is not None
    if user is None or not is_right:
        raise forbidden("Wrong username or password")
    for name, key in taken:
        spine.limits.give_back(name, key)
    return check_usable(user)


async def _find_elsewhere(accounts: Accounts, user_id: str, password: str) -> store.UserRow | None:
    spine = accounts.spine
    if not spine.institution.is_local(user_id) or parse_user_id(user_id) is None:
        return None
    found = await accounts.elsewhere(accounts, user_id, password)
    if found is None:
        return None
    return await spine.db.read(store.select_user, spine.institution.id, found)


def user_locked() -> MatrixError:
    """401 M_USER_LOCKED; the client keeps its session until the lock is lifted."""
    return MatrixError(401, "M_USER_LOCKED", "This account is locked", {"soft_logout": True})


def check_usable(user: store.UserRow) -> store.UserRow:
    """The account; 403 M_USER_DEACTIVATED when it is no more, 401 M_USER_LOCKED."""
    if user.is_deactivated:
        raise MatrixError(403, "M_USER_DEACTIVATED", "This account has been deactivated")
    if user.is_locked:
        raise user_locked()
    return user


async def sign_in(accounts: Accounts, user_id: str, device: NewDevice) -> Content:
    """Begin a session on a device; the body of the response.

    Raises 400 M_INVALID_PARAM, 401 M_USER_LOCKED, 403 M_USER_DEACTIVATED or M_FORBIDDEN.
    """
    check_device(device)

    async def plan(w: Writing) -> Content:
        user = await store.select_user(w.tx, w.institution.id, user_id)
        if user is None:
            raise forbidden("There is no such user")
        check_usable(user)
        holder, tokens = await begin_session(w, user_id, device, accounts.claims)
        return {
            "user_id": user_id,
            "home_server": w.institution.server_name,
            "device_id": holder.device_id,
            **tokens.body(),
        }

    return await accounts.spine.log.commit(plan)


async def sign_in_as_appservice(
    accounts: Accounts, appservice: Appservice | None, user_id: str, device: NewDevice
) -> Content:
    """Begin a session of a user of an application service.

    Raises 401 M_UNKNOWN_TOKEN, 403 M_EXCLUSIVE for a user outside its namespaces, and as
    `sign_in`, M_FORBIDDEN for one that it has not registered.
    """
    if not check_appservice(appservice).may_be(user_id):
        raise MatrixError(403, "M_EXCLUSIVE", "This user is not in the namespace of the service")
    return await sign_in(accounts, user_id, device)
