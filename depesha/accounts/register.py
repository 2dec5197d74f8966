"""Making accounts.

Spec: client-server API, "Account registration".
"""

from dataclasses import dataclass

from depesha.accounts import store
from depesha.accounts.invitations import use_token
from depesha.accounts.record import Accounts
from depesha.accounts.roles import write_role
from depesha.accounts.sessions import ACCOUNT
from depesha.accounts.signin import NewDevice, begin_session, check_device
from depesha.audit import Act, record
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError
from depesha.base.ids import MAX_ID_BYTES, is_new_localpart
from depesha.base.rights import Grant, Role
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account to be made; `device` None: nobody is signed in."""

    user_id: str
    password_hash: str | None
    device: NewDevice | None
    is_guest: bool = False
    is_owner: bool = False
    """The account has the role of an owner."""
    appservice: str | None = None
    token: str = ""
    """The registration token that is used up by this."""
    address: str = ""
    """The e-mail address that the account gets."""
    was_guest: bool = False
    """The account is there, a guest's, and becomes a person's."""


def new_user_id(accounts: Accounts, username: str | None) -> str:
    """The id that a username becomes; a random one without a name.

    Raises 400 M_INVALID_USERNAME.
    """
    if username is None:
        return accounts.user_id(accounts.spine.clock.new_id(12).lower())
    # COMPAT(clients that keep what a phone's keyboard capitalised): the grammar is lower case.
    localpart = username.lower()
    user_id = accounts.user_id(localpart)
    if not is_new_localpart(localpart) or len(user_id) > MAX_ID_BYTES:
        raise MatrixError(
            400,
            "M_INVALID_USERNAME",
            "A username may have the characters a-z, 0-9, and ._=/+-",
        )
    return user_id


def user_in_use() -> MatrixError:
    return MatrixError(400, "M_USER_IN_USE", "This username is taken")


async def check_free(accounts: Accounts, user_id: str, appservice: str | None = None) -> None:
    """Raise 400 M_USER_IN_USE when there is, or ever was, such an account.

    M_EXCLUSIVE when the name belongs to an application service other than the one that asks.
    """
    spine = accounts.spine
    owner = accounts.appservices.find_owner(user_id)
    if owner is not None and owner.id != appservice:
        raise MatrixError(400, "M_EXCLUSIVE", "This name is kept for an application service")
    if user_id in accounts.reserved:
        raise MatrixError(400, "M_EXCLUSIVE", "This name is kept for the server itself")
    if await spine.db.read(store.select_user, spine.institution.id, user_id) is not None:
        raise user_in_use()


async def register(accounts: Accounts, new: NewUser, act: Act | None = None) -> Content:
    """Make the account; the body of the response, with tokens if a device is signed in.

    `act` is given where another person does it.

    Raises 400 M_USER_IN_USE, M_INVALID_PARAM; 403 M_FORBIDDEN for a registration token used up.
    """
    if new.device is not None:
        check_device(new.device)

    async def plan(w: Writing) -> Content:
        body: Content = {"user_id": new.user_id, "home_server": w.institution.server_name}
        await insert_account(w, new, act.actor if act else "")
        if new.token:
            await use_token(w, new.token)
        if new.address:
            await accounts.emails.bind(w, new.user_id, new.address)
        if act is not None:
            await record(w, act)
        if new.device is None:
            return body
        holder, tokens = await begin_session(w, new.user_id, new.device, accounts.claims)
        return {**body, "device_id": holder.device_id, **tokens.body()}

    return await accounts.spine.log.commit(plan)


async def insert_account(w: Writing, new: NewUser, granted_by: str = "") -> None:
    """Make an account inside a plan; 400 M_USER_IN_USE. `granted_by` made it an owner's."""
    before = await store.select_user(w.tx, w.institution.id, new.user_id)
    if new.was_guest:
        await _upgrade(w, new, before)
        return
    if before is not None:
        raise user_in_use()
    row = store.UserRow(
        user_id=new.user_id,
        password_hash=new.password_hash,
        is_guest=int(new.is_guest),
        is_locked=0,
        is_suspended=0,
        is_deactivated=0,
        is_erased=0,
        appservice=new.appservice,
        created_ts=w.log.clock.now_ms(),
    )
    await store.insert_user(w.tx, w.institution.id, row)
    await w.change(Change(ACCOUNT, Reach.NOBODY, new.user_id))
    if new.is_owner:
        await write_role(w, new.user_id, Grant(Role.OWNER), granted_by)


async def _upgrade(w: Writing, new: NewUser, before: store.UserRow | None) -> None:
    """Make a guest a person: rooms, devices and sessions stay. Spec: "Guest Access"."""
    if before is None or not before.is_guest or before.is_deactivated:
        raise user_in_use()
    assert new.password_hash is not None
    await store.update_guest(w.tx, w.institution.id, new.user_id, new.password_hash)
    await w.change(Change(ACCOUNT, Reach.NOBODY, new.user_id))
