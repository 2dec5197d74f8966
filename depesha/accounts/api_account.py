"""Password, deactivation, third-party identifiers and OpenID.

Spec: client-server API, "Account management", "Adding Account Administrative Contact
Information", "OpenID".
"""

import msgspec

from depesha.accounts.account import deactivate, set_password
from depesha.accounts.caller import missing_token
from depesha.accounts.emails import email_body, threepid_denied
from depesha.accounts.policies import check_new_password
from depesha.accounts.record import Accounts
from depesha.accounts.rules import EMAIL_FLOWS
from depesha.accounts.tickets import Ticket, issue
from depesha.accounts.uia import Interactive, Operation, authenticate, operation_of
from depesha.base.canonical import Content, Json
from depesha.base.errors import MatrixError, forbidden, missing_param
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply


class PasswordBody(Interactive):
    """Body of a change of password."""

    new_password: str | None = None
    logout_devices: bool = True


@endpoint(
    "POST",
    "/_matrix/client/v3/account/password",
    spec="changePassword",
    auth=Auth.OPTIONAL,
    limit="login",
    body=PasswordBody,
)
async def change_password(accounts: Accounts, ask: Ask[PasswordBody]) -> Reply:
    """Give the user who asks another password, or whoever holds an account's e-mail address."""
    caller = ask.found_caller
    if caller is None:
        return await _reset_password(accounts, ask.body)
    if caller.is_guest:
        raise MatrixError(403, "M_GUEST_ACCESS_FORBIDDEN", "Guests may not do this")
    if ask.body.new_password is not None:
        await check_new_password(accounts.spine, caller.user_id, ask.body.new_password)
    operation = await operation_of(accounts, caller, "POST password")
    body = (await authenticate(accounts, operation, ask.body)).body
    if body.new_password is None:
        raise missing_param("new_password")
    await set_password(
        accounts,
        caller.user_id,
        body.new_password,
        logout=body.logout_devices,
        keep_device=caller.device_id,
    )
    return EMPTY


async def _reset_password(accounts: Accounts, body: PasswordBody) -> Reply:
    if not accounts.emails.is_on:
        raise missing_token()
    if body.new_password is not None:
        await check_new_password(accounts.spine, None, body.new_password)
    passed = await authenticate(accounts, Operation("POST password", None, EMAIL_FLOWS), body)
    body = passed.body
    if body.new_password is None:
        raise missing_param("new_password")
    user_id = await accounts.emails.find_owner(passed.address)
    if user_id is None:
        raise forbidden("Nobody has this address any more")
    await set_password(accounts, user_id, body.new_password, logout=body.logout_devices)
    return EMPTY


class DeactivateBody(Interactive):
    """Body of a deactivation."""

    erase: bool = False


@endpoint(
    "POST",
    "/_matrix/client/v3/account/deactivate",
    spec="deactivateAccount",
    limit="login",
    body=DeactivateBody,
)
async def deactivate_account(accounts: Accounts, ask: Ask[DeactivateBody]) -> Reply:
    """End the account of the user who asks."""
    user_id = ask.caller.user_id
    body = ask.body
    if ask.caller.appservice is None:
        operation = await operation_of(accounts, ask.caller, "POST deactivate")
        body = (await authenticate(accounts, operation, body)).body
    await deactivate(accounts, user_id, erase=body.erase)
    return json_reply({"id_server_unbind_result": "success"})


# --- third-party identifiers: addresses are added on the account page ----------------


@endpoint("GET", "/_matrix/client/v3/account/3pid", spec="getAccount3PIDs")
async def third_party_ids(accounts: Accounts, ask: Ask[None]) -> Reply:
    """E-mail addresses and telephone numbers of the user who asks."""
    found = await accounts.emails.load(ask.caller.user_id)
    return json_reply({"threepids": [email_body(email) for email in found]})


class ThirdPartyId(msgspec.Struct):
    """Body that names an e-mail address or a telephone number."""

    medium: str
    address: str


@endpoint(
    "POST",
    "/_matrix/client/v3/account/3pid/delete",
    spec="delete3pidFromAccount",
    body=ThirdPartyId,
)
async def delete_third_party_id(accounts: Accounts, ask: Ask[ThirdPartyId]) -> Reply:
    """Forget an address, and say that no identity server was told."""
    if ask.body.medium == "email":
        await accounts.emails.forget(ask.caller.user_id, ask.body.address)
    return json_reply({"id_server_unbind_result": "no-support"})


@endpoint(
    "POST",
    "/_matrix/client/v3/account/3pid/unbind",
    spec="unbind3pidFromAccount",
    body=ThirdPartyId,
)
async def unbind_third_party_id(accounts: Accounts, ask: Ask[ThirdPartyId]) -> Reply:
    """Say that no identity server was told to forget an address."""
    return json_reply({"id_server_unbind_result": "no-support"})


@endpoint(
    "POST",
    "/_matrix/client/v3/account/3pid",
    "/_matrix/client/v3/account/3pid/add",
    body=Interactive,
)
async def add_third_party_id(accounts: Accounts, ask: Ask[Interactive]) -> Reply:
    """Refuse to add an address: that is done on the account page."""
    raise threepid_denied()


@endpoint("POST", "/_matrix/client/v3/account/3pid/bind", body=Interactive)
async def bind_third_party_id(accounts: Accounts, ask: Ask[Interactive]) -> Reply:
    """Refuse to speak to an identity server."""
    raise MatrixError(400, "M_SERVER_NOT_TRUSTED", "No identity server is trusted here")


class EmailRequest(msgspec.Struct):
    """Body that asks for a letter with a token."""

    client_secret: str
    email: str
    send_attempt: int


class MsisdnRequest(msgspec.Struct):
    """Body that asks for a short message with a token."""

    client_secret: str
    country: str
    phone_number: str
    send_attempt: int


@endpoint(
    "POST",
    "/_matrix/client/v3/account/3pid/email/requestToken",
    auth=Auth.NONE,
    limit="login",
    body=EmailRequest,
)
async def request_email_token(accounts: Accounts, ask: Ask[EmailRequest]) -> Reply:
    """Refuse to write a letter: addresses are added on the account page."""
    raise threepid_denied()


@endpoint(
    "POST",
    "/_matrix/client/v3/register/msisdn/requestToken",
    "/_matrix/client/v3/account/password/msisdn/requestToken",
    "/_matrix/client/v3/account/3pid/msisdn/requestToken",
    auth=Auth.NONE,
    limit="login",
    body=MsisdnRequest,
)
async def request_msisdn_token(accounts: Accounts, ask: Ask[MsisdnRequest]) -> Reply:
    """Refuse to write a short message."""
    raise threepid_denied()


# --- OpenID --------------------------------------------------------------------------


@endpoint(
    "POST",
    "/_matrix/client/v3/user/{userId}/openid/request_token",
    spec="requestOpenIdToken",
    body=Content,
)
async def request_openid_token(accounts: Accounts, ask: Ask[Content]) -> Reply:
    """A token that tells another server who the user who asks is."""
    user_id = ask.params["userId"]
    if user_id != ask.caller.user_id:
        raise forbidden("A token can be had for oneself only")
    answer = {
        "access_token": await issue(accounts, Ticket.OPENID, user_id),
        "token_type": "Bearer",
        "matrix_server_name": accounts.spine.institution.server_name,
        "expires_in": Ticket.OPENID.value // 1000,
    }
    return json_reply(answer)


ENDPOINTS: tuple[Endpoint[Accounts, Json], ...] = (
    change_password,
    deactivate_account,
    third_party_ids,
    delete_third_party_id,
    unbind_third_party_id,
    add_third_party_id,
    bind_third_party_id,
    request_email_token,
    request_msisdn_token,
    request_openid_token,
)
