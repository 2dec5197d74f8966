"""Who may have an account: anyone, holders of a token, guests, users of application services.

Spec: client-server API, "Account registration"; application service API, "Server admin style
permissions".
"""

from depesha.accounts import store
from depesha.accounts.appservice import Appservice, check_appservice
from depesha.accounts.invitations import has_usable
from depesha.accounts.record import Accounts
from depesha.accounts.register import NewUser, check_free, new_user_id, register
from depesha.accounts.rules import DUMMY, EMAIL_FLOWS, REGISTRATION_TOKEN, Flows
from depesha.accounts.sessions import token_hash
from depesha.accounts.signin import NewDevice
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden, missing_param


async def admission(accounts: Accounts) -> Flows:
    """What a stranger must go through to register; 403 M_FORBIDDEN when nobody may."""
    if accounts.spine.config.open_registration:
        return ((DUMMY,),)
    flows: Flows = ()
    if await has_usable(accounts):
        flows += ((REGISTRATION_TOKEN,),)
    if accounts.emails.is_on and accounts.spine.config.registration_domains:
        flows += EMAIL_FLOWS
    if flows:
        return flows
    raise forbidden("Registration is closed on this server")


async def register_guest(accounts: Accounts, device: NewDevice) -> Content:
    """Make a guest's account; 403 M_FORBIDDEN where guests are not received."""
    if not accounts.spine.config.guests:
        raise forbidden("Guests are not received on this server")
    user_id = new_user_id(accounts, None)
    return await register(accounts, NewUser(user_id, None, device, is_guest=True))


async def check_guest(accounts: Accounts, user_id: str, token: str) -> None:
    """Raise 403 M_FORBIDDEN unless this is an access token of that guest."""
    spine = accounts.spine
    row = await spine.db.read(store.select_session, spine.institution.id, token_hash(token))
    now = spine.clock.now_ms()
    if row is None or not row.is_guest or row.is_locked or (row.expires_ts or now + 1) <= now:
        raise forbidden("This is not the access token of a guest")
    if row.user_id != user_id:
        raise forbidden("This is another guest's access token")


async def register_as_appservice(
    accounts: Accounts,
    appservice: Appservice | None,
    username: str | None,
    device: NewDevice | None,
) -> Content:
    """Make a user of an application service, which has no password.

    Raises 401 M_UNKNOWN_TOKEN, 400 M_EXCLUSIVE for a name outside its namespaces.
    """
    appservice = check_appservice(appservice)
    if username is None:
        raise missing_param("username")
    user_id = new_user_id(accounts, username)
    if not appservice.may_be(user_id):
        raise MatrixError(400, "M_EXCLUSIVE", "This name is not in the namespace of the service")
    await check_free(accounts, user_id, appservice.id)
    return await register(accounts, NewUser(user_id, None, device, appservice=appservice.id))
