"""The OAuth 2.0 API: what clients call. The pages that people see are in `api_pages.py`.

Spec: client-server API, "OAuth 2.0 API"; RFC 6749, RFC 7009, RFC 7591, RFC 8628.
"""

from depesha.accounts import revoke
from depesha.base.canonical import Content, Json, encode
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.http.form import read_form
from depesha.signin.clients import register_client
from depesha.signin.grant import grant_tokens
from depesha.signin.link import begin_link
from depesha.signin.metadata import DEVICE, REGISTER, REVOKE, TOKEN, check_on, server_metadata
from depesha.signin.oauth_error import invalid_request
from depesha.signin.record import Signin

_NO_STORE = ((b"cache-control", b"no-store"),)


@endpoint(
    "GET",
    "/_matrix/client/v1/auth_metadata",
    # COMPAT(matrix-js-sdk, matrix-rust-sdk): the name before v1.15.
    "/_matrix/client/unstable/org.matrix.msc2965/auth_metadata",
    spec="getAuthMetadata",
    auth=Auth.NONE,
)
async def auth_metadata(signin: Signin, ask: Ask[None]) -> Reply:
    """Where the OAuth 2.0 API is, and what it can do."""
    check_on(signin)
    return json_reply(server_metadata(signin))


@endpoint("POST", REGISTER, auth=Auth.NONE, limit="client", body=Content, max_body=32 * 1024)
async def register_oauth_client(signin: Signin, ask: Ask[Content]) -> Reply:
    """Register a client."""
    check_on(signin)
    client = await register_client(signin, ask.body, ask.address)
    body = {"client_id": client.id, **client.metadata}
    return Reply(encode(body), 201, _NO_STORE)


@endpoint("POST", TOKEN, auth=Auth.NONE, limit="token", streams=True)
async def token(signin: Signin, ask: Ask[None]) -> Reply:
    """Give tokens for a grant."""
    check_on(signin)
    return Reply(encode(await grant_tokens(signin, await read_form(ask))), 200, _NO_STORE)


@endpoint("POST", REVOKE, auth=Auth.NONE, limit="token", streams=True)
async def revoke_token(signin: Signin, ask: Ask[None]) -> Reply:
    """End the session of a token, whoever brings it."""
    check_on(signin)
    form = await read_form(ask)
    if "token" not in form:
        raise invalid_request("token is missing")
    await revoke(signin.accounts, form["token"])
    return Reply(b"{}", 200, _NO_STORE)


@endpoint("POST", DEVICE, auth=Auth.NONE, limit="client", streams=True)
async def authorize_device(signin: Signin, ask: Ask[None]) -> Reply:
    """Let a device wait until somebody enters its code."""
    check_on(signin)
    form = await read_form(ask)
    body = await begin_link(signin, form.get("client_id", ""), form.get("scope", ""))
    return Reply(encode(body), 200, _NO_STORE)


ENDPOINTS: tuple[Endpoint[Signin, Json], ...] = (
    auth_metadata,
    register_oauth_client,
    token,
    revoke_token,
    authorize_device,
)
