"""What administrators do: the specification's operations, and our own for `depesha user`.

Spec: client-server API, "Server administration", "Account moderation".
"""

from typing import Annotated

import msgspec
import segno

from depesha.accounts.account import deactivate, set_password
from depesha.accounts.describe import describe_users
from depesha.accounts.devices import access_device, delete_devices, load_devices
from depesha.accounts.invitations import create_token, delete_token, invitation_link, load_tokens
from depesha.accounts.logout import logout_all
from depesha.accounts.moderate import (
    access_known,
    access_target,
    change_flags,
    check_may_look,
    check_other,
    load_users,
)
from depesha.accounts.password import check_password
from depesha.accounts.policies import check_new_password
from depesha.accounts.record import Accounts
from depesha.accounts.register import NewUser, check_free, new_user_id, register
from depesha.accounts.roles import grant_role, revoke_role
from depesha.accounts.shared_secret import SharedSecretBody, access_secret, register_by_secret
from depesha.accounts.store import DeviceRow, RegistrationTokenRow
from depesha.accounts.tickets import Ticket, issue
from depesha.audit import act_of
from depesha.base.canonical import Content, Json
from depesha.base.errors import forbidden, not_found
from depesha.base.rights import Grant, InUnits, Right, Role, may_grant
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply

_OWN = "/_depesha/v1/admin"
_PAGE = 500

# --- the specification's operations --------------------------------------------------


def _connections(device: DeviceRow) -> list[Content]:
    if device.last_seen_ts is None:
        return []
    return [
        {
            "ip": device.last_seen_ip,
            "last_seen": device.last_seen_ts,
            "user_agent": device.user_agent,
        }
    ]


@endpoint("GET", "/_matrix/client/v3/admin/whois/{userId}", spec="getWhoIs")
async def whois(accounts: Accounts, ask: Ask[None]) -> Reply:
    """From where a user's devices were last seen."""
    user_id = ask.params["userId"]
    check_may_look(ask.caller, user_id)
    await access_known(accounts, user_id)
    devices = {
        device.device_id: {"sessions": [{"connections": _connections(device)}]}
        for device in await load_devices(accounts, user_id)
    }
    return json_reply({"user_id": user_id, "devices": devices})


_LOCK = ("/_matrix/client/v1/admin/lock/{userId}", f"{_OWN}/users/{{userId}}/lock")
_SUSPEND = ("/_matrix/client/v1/admin/suspend/{userId}", f"{_OWN}/users/{{userId}}/suspend")


@endpoint("GET", *_LOCK, spec="getAdminLockUser", right=InUnits(Right.PEOPLE_BLOCK))
async def lock_status(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Whether an account is locked."""
    user = await access_target(accounts, ask.caller, ask.params["userId"])
    return json_reply({"locked": bool(user.is_locked)})


class LockBody(msgspec.Struct):
    """Whether an account is to be locked."""

    locked: bool


@endpoint("PUT", *_LOCK, spec="setAdminLockUser", right=InUnits(Right.PEOPLE_BLOCK), body=LockBody)
async def set_locked(accounts: Accounts, ask: Ask[LockBody]) -> Reply:
    """Lock an account, or open it again."""
    locked = ask.body.locked
    await change_flags(
        accounts,
        ask.caller,
        "user.lock" if locked else "user.unlock",
        ask.params["userId"],
        lambda user: user._replace(is_locked=int(locked)),
    )
    return json_reply({"locked": locked})


@endpoint("GET", *_SUSPEND, spec="getAdminSuspendUser", right=InUnits(Right.PEOPLE_BLOCK))
async def suspension_status(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Whether an account is suspended."""
    user = await access_target(accounts, ask.caller, ask.params["userId"])
    return json_reply({"suspended": bool(user.is_suspended)})


class SuspendBody(msgspec.Struct):
    """Whether an account is to be suspended."""

    suspended: bool


@endpoint(
    "PUT",
    *_SUSPEND,
    spec="setAdminSuspendUser",
    right=InUnits(Right.PEOPLE_BLOCK),
    body=SuspendBody,
)
async def set_suspended(accounts: Accounts, ask: Ask[SuspendBody]) -> Reply:
    """Suspend an account, or end its suspension."""
    suspended = ask.body.suspended
    await change_flags(
        accounts,
        ask.caller,
        "user.suspend" if suspended else "user.unsuspend",
        ask.params["userId"],
        lambda user: user._replace(is_suspended=int(suspended)),
    )
    return json_reply({"suspended": suspended})


# --- accounts ------------------------------------------------------------------------


@endpoint("GET", f"{_OWN}/users", right=Right.PEOPLE_READ)
async def list_users(accounts: Accounts, ask: Ask[None]) -> Reply:
    """A page of accounts by their ids; `next` is to be given as `after`."""
    limit = ask.number("limit", 100, 1, _PAGE)
    found = await load_users(accounts, ask.query.get("after", ""), limit)
    body: Content = {"users": await describe_users(accounts, found)}
    if len(found) == limit:
        body["next"] = found[-1].user_id
    return json_reply(body)


class CreateBody(msgspec.Struct):
    """A new account; without a password one is made up."""

    username: str
    password: str | None = None
    admin: bool = False


@endpoint("POST", f"{_OWN}/users", right=Right.PEOPLE_KEEP, body=CreateBody)
async def create_user(accounts: Accounts, ask: Ask[CreateBody]) -> Reply:
    """Make an account; the answer has its id, and its password when it was made up."""
    body = ask.body
    if body.admin and not may_grant(ask.caller.grants, Role.OWNER):
        raise forbidden("Only owners make owners")
    user_id = new_user_id(accounts, body.username)
    await check_free(accounts, user_id)
    password = _chosen(accounts, body.password)
    await check_new_password(accounts.spine, "", password)
    hashed = await accounts.passwords.hash(password)
    act = act_of(ask.caller, "user.create", user_id, admin=body.admin)
    await register(accounts, NewUser(user_id, hashed, None, is_owner=body.admin), act)
    return json_reply({"user_id": user_id, **_shown(body.password, password)})


def _chosen(accounts: Accounts, given: str | None) -> str:
    """The password given, which must not be weak, or one made up."""
    if given is None:
        return accounts.spine.clock.new_id(24)
    check_password(given)
    return given


def _shown(given: str | None, chosen: str) -> Content:
    return {"password": chosen} if given is None else {}


class ResetBody(msgspec.Struct):
    """A new password for somebody; without one it is made up."""

    password: str | None = None
    logout_devices: bool = True


@endpoint(
    "PUT",
    f"{_OWN}/users/{{userId}}/password",
    right=InUnits(Right.PEOPLE_PASSWORD),
    body=ResetBody,
)
async def reset_password(accounts: Accounts, ask: Ask[ResetBody]) -> Reply:
    """Give somebody another password; the answer has it when it was made up."""
    body = ask.body
    check_other(ask.caller, ask.params["userId"])
    user = await access_target(accounts, ask.caller, ask.params["userId"])
    if user.appservice is not None:
        raise forbidden("A service speaks for this account: nobody signs in to it")
    password = _chosen(accounts, body.password)
    act = act_of(ask.caller, "user.reset-password", user.user_id, logout=body.logout_devices)
    await set_password(accounts, user.user_id, password, logout=body.logout_devices, act=act)
    return json_reply(_shown(body.password, password))


class EraseBody(msgspec.Struct):
    """Whether what the account has written is to be erased as far as possible."""

    erase: bool = False


@endpoint(
    "POST",
    f"{_OWN}/users/{{userId}}/deactivate",
    right=InUnits(Right.PEOPLE_KEEP),
    body=EraseBody,
)
async def deactivate_user(accounts: Accounts, ask: Ask[EraseBody]) -> Reply:
    """End somebody's account for ever."""
    check_other(ask.caller, ask.params["userId"])
    user = await access_target(accounts, ask.caller, ask.params["userId"])
    act = act_of(ask.caller, "user.deactivate", user.user_id, erase=ask.body.erase)
    await deactivate(accounts, user.user_id, erase=ask.body.erase, act=act)
    return EMPTY


class AdminBody(msgspec.Struct):
    """Whether somebody is to be an owner."""

    admin: bool


@endpoint("PUT", f"{_OWN}/users/{{userId}}/admin", right=Right.ROLES_GRANT, body=AdminBody)
async def set_admin(accounts: Accounts, ask: Ask[AdminBody]) -> Reply:
    """Make somebody an owner, or no longer one."""
    user_id, admin = ask.params["userId"], ask.body.admin
    change = grant_role if admin else revoke_role
    await change(accounts, ask.caller, user_id, Grant(Role.OWNER))
    return json_reply({"admin": admin})


# --- devices -------------------------------------------------------------------------

_DEVICES = f"{_OWN}/users/{{userId}}/devices"


@endpoint("GET", _DEVICES, right=InUnits(Right.PEOPLE_SESSIONS))
async def list_devices(accounts: Accounts, ask: Ask[None]) -> Reply:
    """The devices of somebody, oldest first."""
    user = await access_target(accounts, ask.caller, ask.params["userId"])
    found = await load_devices(accounts, user.user_id)
    return json_reply({"devices": [device._asdict() for device in found]})


@endpoint("DELETE", _DEVICES, right=InUnits(Right.PEOPLE_SESSIONS))
async def end_all_devices(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Sign somebody out everywhere; how many devices that were."""
    user_id = (await access_target(accounts, ask.caller, ask.params["userId"])).user_id
    ended = await logout_all(accounts, user_id, act_of(ask.caller, "user.sign-out", user_id))
    return json_reply({"ended": ended})


@endpoint("DELETE", f"{_DEVICES}/{{deviceId}}", right=InUnits(Right.PEOPLE_SESSIONS))
async def end_device(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Sign one device of somebody out."""
    user_id = (await access_target(accounts, ask.caller, ask.params["userId"])).user_id
    device = await access_device(accounts, user_id, ask.params["deviceId"])
    act = act_of(ask.caller, "user.sign-out", user_id, device=device.device_id)
    await delete_devices(accounts, user_id, [device.device_id], act)
    return EMPTY


# --- registration tokens -------------------------------------------------------------


def _token_body(row: RegistrationTokenRow) -> Content:
    return row._asdict()


@endpoint("GET", f"{_OWN}/registration_tokens", right=Right.INVITE)
async def list_tokens(accounts: Accounts, ask: Ask[None]) -> Reply:
    """All registration tokens."""
    return json_reply({"tokens": [_token_body(row) for row in await load_tokens(accounts)]})


class TokenBody(msgspec.Struct):
    """A registration token; without a text it is made up."""

    token: str | None = None
    uses_allowed: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    expires_ts: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] | None = None


@endpoint("POST", f"{_OWN}/registration_tokens", right=Right.INVITE, body=TokenBody)
async def add_token(accounts: Accounts, ask: Ask[TokenBody]) -> Reply:
    """Make a registration token."""
    body = ask.body
    row = await create_token(accounts, ask.caller, body.token, body.uses_allowed, body.expires_ts)
    return json_reply(_token_body(row))


@endpoint("GET", f"{_OWN}/registration_tokens/{{token}}", right=Right.INVITE)
async def get_token(accounts: Accounts, ask: Ask[None]) -> Reply:
    """A token, the `link` to send to whom it invites, and the `qr` code of it.

    The code is its rows, each of `0` for light and `1` for dark.
    """
    token = ask.params["token"]
    row = next((each for each in await load_tokens(accounts) if each.token == token), None)
    if row is None:
        raise not_found("There is no such token")
    link = invitation_link(accounts, token)
    code = segno.make(link, error="m", micro=False).matrix
    rows = ["".join("1" if dark else "0" for dark in line) for line in code]
    return json_reply({**_token_body(row), "link": link, "qr": rows})


@endpoint("DELETE", f"{_OWN}/registration_tokens/{{token}}", right=Right.INVITE)
async def revoke_token(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Let nobody else register with a token."""
    await delete_token(accounts, ask.caller, ask.params["token"])
    return EMPTY


# --- by the shared secret ------------------------------------------------------------


@endpoint("GET", "/_synapse/admin/v1/register", auth=Auth.NONE, limit="register")
async def shared_secret_nonce(accounts: Accounts, ask: Ask[None]) -> Reply:
    """A nonce for one registration."""
    access_secret(accounts)
    return json_reply({"nonce": await issue(accounts, Ticket.NONCE, "")})


@endpoint(
    "POST",
    "/_synapse/admin/v1/register",
    auth=Auth.NONE,
    limit="register",
    body=SharedSecretBody,
)
async def register_shared_secret(accounts: Accounts, ask: Ask[SharedSecretBody]) -> Reply:
    """Make an account for who knows the shared secret."""
    return json_reply(await register_by_secret(accounts, ask.body))


ENDPOINTS: tuple[Endpoint[Accounts, Json], ...] = (
    whois,
    lock_status,
    set_locked,
    suspension_status,
    set_suspended,
    list_users,
    create_user,
    reset_password,
    deactivate_user,
    set_admin,
    list_devices,
    end_all_devices,
    end_device,
    list_tokens,
    add_token,
    get_token,
    revoke_token,
    shared_secret_nonce,
    register_shared_secret,
)
