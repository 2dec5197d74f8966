"""Signing up, in and out.

Spec: client-server API, "Client Authentication".
"""

from typing import Annotated

import msgspec

from depesha.accounts import store
from depesha.accounts.admit import admission, check_guest, register_as_appservice, register_guest
from depesha.accounts.caller import bearer_of, ended
from depesha.accounts.invitations import is_usable
from depesha.accounts.login import access_by_password, login_name, sign_in, sign_in_as_appservice
from depesha.accounts.logout import logout, logout_all
from depesha.accounts.policies import check_new_password, policy_for
from depesha.accounts.record import Accounts
from depesha.accounts.refresh import refresh
from depesha.accounts.register import NewUser, check_free, new_user_id, register
from depesha.accounts.signin import NewDevice, check_device
from depesha.accounts.tickets import Ticket, issue, use
from depesha.accounts.uia import Interactive, Operation, authenticate, operation_of
from depesha.base.canonical import Content, Json
from depesha.base.errors import MatrixError, forbidden, invalid_param, missing_param
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply

APPSERVICE = "m.login.application_service"


class RegisterBody(Interactive):
    """Body of a registration; `type` is given by application services."""

    type: str | None = None
    username: str | None = None
    password: str | None = None
    device_id: str | None = None
    initial_device_display_name: str | None = None
    inhibit_login: bool = False
    refresh_token: bool = False
    guest_access_token: str | None = None
    """Of the guest whose account this becomes."""

    def device(self) -> NewDevice | None:
        """The device to be signed in, or None."""
        if self.inhibit_login:
            return None
        return NewDevice(self.device_id, self.initial_device_display_name, self.refresh_token)


@endpoint(
    "POST",
    "/_matrix/client/v3/register",
    spec="register",
    auth=Auth.NONE,
    limit="register",
    body=RegisterBody,
)
async def register_account(accounts: Accounts, ask: Ask[RegisterBody]) -> Reply:
    """Make an account, and sign its first device in."""
    body, kind = ask.body, ask.query.get("kind", "user")
    if kind == "guest":
        device = NewDevice(None, body.initial_device_display_name)
        return json_reply(await register_guest(accounts, device))
    if kind != "user":
        raise invalid_param("kind must be user or guest")
    if body.type == APPSERVICE:
        appservice = accounts.appservices.find(bearer_of(ask.headers, ask.query))
        made = await register_as_appservice(accounts, appservice, body.username, body.device())
        return json_reply(made)
    return await _register_user(accounts, body)


async def _register_user(accounts: Accounts, body: RegisterBody) -> Reply:
    flows = await admission(accounts)
    if (device := body.device()) is not None:
        check_device(device)
    if body.username is not None:
        await _check_name(accounts, body)
    if body.password is not None:
        await check_new_password(accounts.spine, "", body.password)
    operation = Operation("POST register", None, flows, is_bound=False)
    passed = await authenticate(accounts, operation, body)
    body = passed.body
    if body.password is None:
        raise missing_param("password")
    await check_new_password(accounts.spine, "", body.password)
    user_id = await _check_name(accounts, body)
    hashed = await accounts.passwords.hash(body.password)
    was_guest = body.guest_access_token is not None
    # Nobody is signed in by a password alone where that is not enough.
    is_enough = not (await policy_for(accounts.spine, "")).second_factor
    new = NewUser(
        user_id,
        hashed,
        body.device() if is_enough else None,
        token=passed.token,
        address=passed.address,
        was_guest=was_guest,
    )
    return json_reply(await register(accounts, new))


async def _check_name(accounts: Accounts, body: RegisterBody) -> str:
    """The user that the account will be: one that is free, or the guest whose token is shown."""
    token = body.guest_access_token
    if token is not None and body.username is None:
        raise missing_param("username")
    user_id = new_user_id(accounts, body.username)
    if token is None:
        await check_free(accounts, user_id)
    else:
        await check_guest(accounts, user_id, token)
    return user_id


@endpoint(
    "GET",
    "/_matrix/client/v3/register/available",
    spec="checkUsernameAvailability",
    auth=Auth.NONE,
)
async def username_available(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Whether a username may still be chosen; told only where somebody may register."""
    await admission(accounts)
    await check_free(accounts, new_user_id(accounts, ask.need("username")))
    return json_reply({"available": True})


@endpoint(
    "GET",
    "/_matrix/client/v1/register/m.login.registration_token/validity",
    spec="registrationTokenValidity",
    auth=Auth.NONE,
    limit="register",
)
async def registration_token_validity(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Whether a registration token could be used now."""
    return json_reply({"valid": await is_usable(accounts, ask.need("token"))})


@endpoint("GET", "/_matrix/client/v3/login", spec="getLoginFlows", auth=Auth.NONE)
async def login_flows(accounts: Accounts, ask: Ask[None]) -> Reply:
    """The ways of signing in."""
    flows: list[Content] = [
        {"type": "m.login.password"},
        *accounts.more_flows,
        {"type": "m.login.token", "get_login_token": True},
        {"type": APPSERVICE},
    ]
    return json_reply({"flows": flows})


class LoginBody(msgspec.Struct):
    """Body of a login. `user` is the old name of the identifier.

    `org.depesha.totp` is the code of a second factor, where the account has one.
    """

    type: str
    identifier: Content | None = None
    user: str | None = None
    password: str | None = None
    token: str | None = None
    device_id: str | None = None
    initial_device_display_name: str | None = None
    refresh_token: bool = False
    code: str | None = msgspec.field(default=None, name="org.depesha.totp")


@endpoint(
    "POST",
    "/_matrix/client/v3/login",
    spec="login",
    auth=Auth.NONE,
    limit="login",
    body=LoginBody,
)
async def login(accounts: Accounts, ask: Ask[LoginBody]) -> Reply:
    """Sign a device in."""
    body = ask.body
    device = NewDevice(body.device_id, body.initial_device_display_name, body.refresh_token)
    if body.type == APPSERVICE:
        appservice = accounts.appservices.find(bearer_of(ask.headers, ask.query))
        name = login_name(accounts, body.identifier, body.user)
        return json_reply(await sign_in_as_appservice(accounts, appservice, name, device))
    if body.type == "m.login.token":
        user_id = await _by_token(accounts, body)
    elif body.type == "m.login.password":
        user_id = await _by_password(accounts, body, ask.address)
    else:
        raise MatrixError(400, "M_UNKNOWN", "Unknown login type")
    return json_reply(await sign_in(accounts, user_id, device))


async def _by_password(accounts: Accounts, body: LoginBody, address: str) -> str:
    if body.password is None:
        raise missing_param("password")
    user_id = login_name(accounts, body.identifier, body.user)
    user = await access_by_password(accounts, user_id, body.password, address)
    await accounts.second_factor(user.user_id, body.code)
    return user.user_id


async def _by_token(accounts: Accounts, body: LoginBody) -> str:
    if body.token is None:
        raise missing_param("token")
    user_id = await use(accounts, Ticket.LOGIN, body.token)
    if user_id is None:
        raise forbidden("This login token is not valid")
    return user_id


@endpoint(
    "POST",
    "/_matrix/client/v1/login/get_token",
    spec="generateLoginToken",
    limit="login",
    body=Interactive,
)
async def login_token(accounts: Accounts, ask: Ask[Interactive]) -> Reply:
    """A token that signs one further device of the user in."""
    user_id = ask.caller.user_id
    operation = await operation_of(accounts, ask.caller, "POST get_token")
    await authenticate(accounts, operation, ask.body)
    token = await issue(accounts, Ticket.LOGIN, user_id)
    return json_reply({"login_token": token, "expires_in_ms": Ticket.LOGIN.value})


class RefreshBody(msgspec.Struct):
    """Body of a refresh."""

    refresh_token: str


@endpoint("POST", "/_matrix/client/v3/refresh", spec="refresh", auth=Auth.NONE, body=RefreshBody)
async def refresh_tokens(accounts: Accounts, ask: Ask[RefreshBody]) -> Reply:
    """New tokens for old."""
    return json_reply((await refresh(accounts, ask.body.refresh_token)).body())


@endpoint("POST", "/_matrix/client/v3/logout", spec="logout", auth=Auth.GUEST, while_locked=True)
async def logout_device(accounts: Accounts, ask: Ask[None]) -> Reply:
    """End the session that asks."""
    await logout(accounts, ask.caller)
    return EMPTY


@endpoint(
    "POST",
    "/_matrix/client/v3/logout/all",
    spec="logout_all",
    auth=Auth.GUEST,
    while_locked=True,
)
async def logout_everywhere(accounts: Accounts, ask: Ask[None]) -> Reply:
    """End all sessions of the user who asks."""
    await logout_all(accounts, ask.caller.user_id)
    return EMPTY


@endpoint("GET", "/_matrix/client/v3/account/whoami", spec="getTokenOwner", auth=Auth.GUEST)
async def whoami(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Whose access token this is."""
    caller = ask.caller
    body: Content = {"user_id": caller.user_id, "is_guest": caller.is_guest}
    if caller.device_id:
        body["device_id"] = caller.device_id
    return json_reply(body)


class SessionKnown(msgspec.Struct):
    """Body of a question about a session: SHA-256 of its access token, in hexadecimal digits."""

    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


@endpoint("POST", "/_depesha/v1/session/known", auth=Auth.NONE, body=SessionKnown)
async def session_known(accounts: Accounts, ask: Ask[SessionKnown]) -> Reply:
    """If a session is still going on; asked by a client that cannot read its locked token."""
    spine, key = accounts.spine, bytes.fromhex(ask.body.sha256)
    if await spine.db.read(store.select_session, spine.institution.id, key) is not None:
        return json_reply({"known": True})
    return json_reply({"known": False, **(await ended(accounts, key)).fields})


ENDPOINTS: tuple[Endpoint[Accounts, Json], ...] = (
    register_account,
    username_available,
    registration_token_validity,
    login_flows,
    login,
    login_token,
    refresh_tokens,
    logout_device,
    logout_everywhere,
    whoami,
    session_known,
)
