"""Signing up, in and out.

Spec: client-server API, "Client Authentication".
"""

import msgspec

from depesha.accounts.login import access_by_password, local_user_id, sign_in
from depesha.accounts.logout import logout, logout_all
from depesha.accounts.password import check_password
from depesha.accounts.record import Accounts
from depesha.accounts.register import NewUser, check_free, new_user_id, register
from depesha.accounts.signin import NewDevice
from depesha.base.canonical import Content, Json
from depesha.base.errors import MatrixError, forbidden, missing_param
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply


class RegisterBody(msgspec.Struct):
    """Body of a registration."""

    username: str | None = None
    password: str | None = None
    auth: Content | None = None
    device_id: str | None = None
    initial_device_display_name: str | None = None
    inhibit_login: bool = False
    refresh_token: bool = False


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
    body = ask.body
    if not accounts.spine.config.open_registration:
        raise forbidden("Registration is closed on this server")
    user_id = new_user_id(accounts, body.username)
    await check_free(accounts, user_id)
    if body.auth is None:
        flows = {"flows": [{"stages": ["m.login.dummy"]}], "params": {}, "session": "dummy"}
        return json_reply(flows, 401)
    if body.password is None:
        raise missing_param("password")
    check_password(body.password)
    hashed = await accounts.passwords.hash(body.password)
    device = NewDevice(body.device_id, body.initial_device_display_name, body.refresh_token)
    new = NewUser(user_id, hashed, None if body.inhibit_login else device)
    return json_reply(await register(accounts, new))


@endpoint("GET", "/_matrix/client/v3/login", spec="getLoginFlows", auth=Auth.NONE)
async def login_flows(accounts: Accounts, ask: Ask[None]) -> Reply:
    """The ways of signing in."""
    return json_reply({"flows": [{"type": "m.login.password"}]})


class LoginBody(msgspec.Struct):
    """Body of a login. `user` is the old name of the identifier."""

    type: str
    identifier: Content | None = None
    user: str | None = None
    password: str | None = None
    token: str | None = None
    device_id: str | None = None
    initial_device_display_name: str | None = None
    refresh_token: bool = False


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
    if body.type != "m.login.password":
        raise MatrixError(400, "M_UNKNOWN", "Unknown login type")
    name = (body.identifier or {}).get("user", body.user)
    if not isinstance(name, str) or body.password is None:
        raise missing_param("identifier" if body.password is not None else "password")
    user = await access_by_password(accounts, local_user_id(accounts, name), body.password)
    device = NewDevice(body.device_id, body.initial_device_display_name, body.refresh_token)
    return json_reply(await sign_in(accounts, user.user_id, device))


@endpoint(
    "POST",
    "/_matrix/client/v3/logout",
    spec="logout",
    auth=Auth.GUEST,
    while_locked=True,
)
async def logout_device(accounts: Accounts, ask: Ask[None]) -> Reply:
    """End the session that asks."""
    await logout(accounts, ask.caller.user_id, ask.caller.device_id)
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


ENDPOINTS: tuple[Endpoint[Accounts, Json], ...] = (
    register_account,
    login_flows,
    login,
    logout_device,
    logout_everywhere,
    whoami,
)
