"""What administrators do with the accounts of others.

Spec: client-server API, "Account moderation", "Server administration".
"""

from collections.abc import Callable, Iterable

from depesha.accounts import store
from depesha.accounts.record import Accounts
from depesha.accounts.sessions import ACCOUNT
from depesha.audit import act_of, record
from depesha.base.errors import MatrixError, forbidden, invalid_param, not_found
from depesha.base.rights import Grant, Right, Role, may_act_on
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.http.caller import Caller, Credentials

OPERATOR = ""
"""User id of whoever asks through the socket in the data folder: the machine's own operator."""


async def operator_of(accounts: Accounts, found: Credentials) -> Caller:
    """Whoever asks through the socket in the data folder, whatever the credentials."""
    return Caller(accounts.spine.institution, OPERATOR, "", grants=(Grant(Role.OWNER),))


async def access_target(accounts: Accounts, caller: Caller, user_id: str) -> store.UserRow:
    """The account that an administrator asks about.

    Raises 400 M_INVALID_PARAM for another server's user, 403 M_FORBIDDEN for somebody
    with rights that one lacks, 404 M_NOT_FOUND for an account that is unknown or deactivated.
    """
    spine = accounts.spine
    if not spine.institution.is_local(user_id):
        raise invalid_param("This user does not belong to this server")
    user, roles = await spine.db.read(store.select_holder, spine.institution.id, user_id)
    return check_target(caller, user, store.grants_in(roles))


def check_target(
    caller: Caller, user: store.UserRow | None, roles: Iterable[Grant]
) -> store.UserRow:
    """The account, when it is there and the caller may have a say in it."""
    if user is None or user.is_deactivated:
        raise not_found("User not found")
    is_other = caller.user_id not in {user.user_id, OPERATOR}
    if is_other and not may_act_on(caller.grants, roles):
        raise forbidden("This user has rights that you do not have")
    return user


def check_other(caller: Caller, user_id: str) -> None:
    """Raise 403 M_FORBIDDEN for an administrator who would shut themselves out.

    Nor do they change what protects their own account in this way: it asks for no password.
    """
    if caller.user_id == user_id:
        raise forbidden("Administrators may not do this to themselves")


async def change_flags(
    accounts: Accounts,
    caller: Caller,
    act: str,
    user_id: str,
    change: Callable[[store.UserRow], store.UserRow],
) -> None:
    """Lock, suspend, or undo it; `act` names it in the log of acts.

    Raises as `access_target`, and 403 for oneself.
    """
    check_other(caller, user_id)
    await access_target(accounts, caller, user_id)

    async def plan(w: Writing) -> None:
        user, roles = await store.select_holder(w.tx, w.institution.id, user_id)
        user = check_target(caller, user, store.grants_in(roles))
        await store.update_flags(w.tx, w.institution.id, change(user))
        await w.change(Change(ACCOUNT, Reach.NOBODY, user_id))
        await record(w, act_of(caller, act, user_id))

    await accounts.spine.log.commit(plan)


async def load_users(accounts: Accounts, after: str, limit: int) -> list[store.UserRow]:
    """Accounts in the order of their ids, beginning behind `after`."""
    spine = accounts.spine
    return await spine.db.read(store.select_users, spine.institution.id, after, limit)


def check_may_look(caller: Caller, user_id: str) -> None:
    """Raise 403 M_FORBIDDEN for who asks about another without the right to."""
    if caller.user_id != user_id and not caller.may(Right.PEOPLE_SESSIONS):
        raise forbidden("Only administrators may ask about others")


async def access_known(accounts: Accounts, user_id: str) -> store.UserRow:
    """The account, also a deactivated one; 404 M_NOT_FOUND."""
    spine = accounts.spine
    user = await spine.db.read(store.select_user, spine.institution.id, user_id)
    if user is None:
        raise MatrixError(404, "M_NOT_FOUND", "User not found")
    return user
