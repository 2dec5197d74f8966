"""The request for authorisation that a client sends a browser with, and the code it gets.

Spec: client-server API, "Authorisation code flow"; RFC 6749, section 4.1; RFC 7636.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from depesha.accounts import token_hash
from depesha.base.errors import MatrixError
from depesha.signin import store
from depesha.signin.clients import Client, find_client
from depesha.signin.record import Signin
from depesha.signin.rules import (
    CODE_GRANT,
    is_challenge,
    is_registered,
    parse_scope,
    with_answer,
)

CODE_MS = 2 * 60_000
"""How long an authorisation code holds."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """A request for authorisation that can be answered by a redirect."""

    client: Client
    redirect_uri: str
    mode: str
    state: str | None

    def answer(self, **fields: str) -> str:
        """The address that the browser is sent to."""
        given = {} if self.state is None else {"state": self.state}
        return with_answer(self.redirect_uri, self.mode, {**fields, **given})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a session on a device, for who knows the verifier of the challenge."""

    device_id: str
    challenge: str


class Refused(Exception):
    """The request is answered with this error of RFC 6749."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


async def access_authorization(signin: Signin, query: Mapping[str, str]) -> Authorization:
    """Who asks, and where the answer goes.

    Raises 400 M_UNKNOWN, to be shown to the person: there is nowhere to redirect to.
    """
    client = await find_client(signin, query.get("client_id", ""))
    if client is None:
        raise MatrixError(400, "M_UNKNOWN", "This client is not registered here any more")
    uris = client.metadata["redirect_uris"]
    uri = query.get("redirect_uri", uris[0] if len(uris) == 1 else "")
    if not is_registered(uri, uris):
        raise MatrixError(400, "M_UNKNOWN", "The client has not registered this address")
    mode = "fragment" if query.get("response_mode") == "fragment" else "query"
    return Authorization(client, uri, mode, query.get("state"))


def check_wanted(client: Client, query: Mapping[str, str]) -> Wanted:
    """What is asked for; raises Refused."""
    if query.get("response_type") != "code" or not client.may(CODE_GRANT):
        raise Refused("unsupported_response_type", "Only the response type code is understood")
    if query.get("response_mode", "query") not in {"query", "fragment"}:
        raise Refused("invalid_request", "The response mode must be query or fragment")
    if query.get("code_challenge_method") != "S256":
        raise Refused("invalid_request", "The code challenge method must be S256")
    challenge = query.get("code_challenge", "")
    if not is_challenge(challenge):
        raise Refused("invalid_request", "A code challenge of 43 characters is needed")
    device_id = parse_scope(query.get("scope", ""))
    if device_id is None:
        raise Refused("invalid_scope", "The scope must be the whole API and exactly one device")
    return Wanted(device_id, challenge)


async def make_code(signin: Signin, asked: Authorization, wanted: Wanted, user_id: str) -> str:
    """An authorisation code for a session of this user, who has consented."""
    spine = signin.spine
    code = f"dpc_{spine.clock.new_id(40)}"
    row = store.CodeRow(
        client_id=asked.client.id,
        redirect_uri=asked.redirect_uri,
        challenge=wanted.challenge,
        user_id=user_id,
        device_id=wanted.device_id,
        session_id=0,
        expires_ts=spine.clock.now_ms() + CODE_MS,
    )
    await spine.db.write(store.insert_code, spine.institution.id, token_hash(code), row)
    return code
