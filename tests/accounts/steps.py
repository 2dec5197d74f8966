"""Steps that several tests of accounts take."""

from typing import Any

from depesha.base.canonical import encode
from depesha.http.endpoint import Reply
from depesha.http.request import Request
from tests.harness.client import PASSWORD, Client, Response
from tests.harness.server import Server

UNKNOWN = "@nobody:depesha.test"
REMOTE = "@someone:elsewhere.test"


async def session_of(client: Client, method: str, path: str, body: dict[str, Any]) -> str:
    """The session id that a request without authentication is answered with."""
    answer = (await client.request(method, path, json=body)).ok(401)
    assert "errcode" not in answer
    session: str = answer["session"]
    return session


async def with_password(
    client: Client, method: str, path: str, body: dict[str, Any], password: str = PASSWORD
) -> Response:
    """The response to a request that goes through the password stage."""
    session = await session_of(client, method, path, body)
    user = {"type": "m.id.user", "user": client.user_id}
    auth = {
        "type": "m.login.password",
        "session": session,
        "identifier": user,
        "password": password,
    }
    return await client.request(method, path, json={**body, "auth": auth})


def login_body(name: str, password: str = PASSWORD, **fields: Any) -> dict[str, Any]:
    """Body of a login with a password."""
    identifier = {"type": "m.id.user", "user": name}
    return {
        "type": "m.login.password",
        "identifier": identifier,
        "password": password,
        **fields,
    }


async def operate(server: Server, method: str, path: str, body: dict[str, Any]) -> int:
    """What the operator's socket leads to; the status."""

    async def piece() -> tuple[bytes, bool]:
        return encode(body), False

    request = Request(method, path, b"", {}, "operator", piece)
    reply = await server.running.house.operator.answer(request)
    assert isinstance(reply, Reply)
    return reply.status


async def make_admin(server: Server, client: Client) -> Client:
    """The same client, whose user is now an administrator of the server."""
    path = f"/_depesha/v1/admin/users/{client.user_id}/admin"
    assert await operate(server, "PUT", path, {"admin": True}) == 200
    return client


async def is_signed_in(client: Client) -> bool:
    """False when the access token is not known any more."""
    answer = await client.get("/account/whoami")
    if answer.status == 200:
        return True
    answer.refused(401, "M_UNKNOWN_TOKEN")
    return False
