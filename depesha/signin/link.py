"""Signing a device in by entering its code in a browser elsewhere.

Spec: client-server API, "Device authorisation grant"; RFC 8628.
"""

from dataclasses import dataclass

from depesha.accounts import token_hash
from depesha.base.canonical import Content
from depesha.base.errors import not_found
from depesha.io.tx import Conflict
from depesha.signin import store
from depesha.signin.clients import Client, find_client
from depesha.signin.oauth_error import OAuthError
from depesha.signin.record import Signin
from depesha.signin.rules import DEVICE_GRANT, parse_scope

LIFE_MS = 20 * 60_000
"""How long a code waits to be entered."""

PAUSE_MS = 5000
"""How long a client waits between two questions."""

PAGE = "/_depesha/link"

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no words come of it (RFC 8628, section 6.1); 8 letters hold 34 bits."""


async def begin_link(signin: Signin, client_id: str, scope: str) -> Content:
    """The body of a device authorisation response; raises OAuthError."""
    client = await find_client(signin, client_id)
    if client is None:
        raise OAuthError("invalid_client", "This client is not registered here", 401)
    if not client.may(DEVICE_GRANT):
        raise OAuthError("unauthorized_client", "The client has not registered for this grant")
    device_id = parse_scope(scope)
    if device_id is None:
        raise OAuthError("invalid_scope", "The scope must be the whole API and exactly one device")
    spine = signin.spine
    device_code = f"dpd_{spine.clock.new_id(40)}"
    user_code = _new_code(spine.clock.random_bytes(8))
    row = store.LinkRow(client.id, device_id, None, PAUSE_MS, 0, spine.clock.now_ms() + LIFE_MS)
    hashes = token_hash(device_code), token_hash(user_code)
    try:
        await spine.db.write(store.insert_link, spine.institution.id, *hashes, row)
    except Conflict:
        raise OAuthError("temporarily_unavailable", "Try once more", 503) from None
    shown = f"{user_code[:4]}-{user_code[4:]}"
    return {
        "device_code": device_code,
        "user_code": shown,
        "verification_uri": signin.url(PAGE),
        "verification_uri_complete": f"{signin.url(PAGE)}?user_code={shown}",
        "expires_in": LIFE_MS // 1000,
        "interval": PAUSE_MS // 1000,
    }


def _new_code(random: bytes) -> str:
    """Eight letters; 256 is no multiple of 20, which costs a hundredth of a bit."""
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in random)


def tidy_code(typed: str) -> str:
    """A code as it was typed, without what people put between its letters."""
    return "".join(ch for ch in typed.upper() if ch in _LETTERS)[:16]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that waits for an answer."""

    client: Client
    device_id: str


async def access_waiting(signin: Signin, code: str) -> Waiting:
    """The device that shows this code; 404 M_NOT_FOUND."""
    spine = signin.spine
    row = await spine.db.read(
        store.select_link_by_code, spine.institution.id, token_hash(code), spine.clock.now_ms()
    )
    client = await find_client(signin, row.client_id) if row is not None else None
    if row is None or client is None:
        raise not_found("No device waits with this code")
    return Waiting(client, row.device_id)


async def answer_link(signin: Signin, code: str, user_id: str) -> None:
    """Let the device in as this user, or with "" refuse it; 404 M_NOT_FOUND."""
    spine = signin.spine
    now = spine.clock.now_ms()
    if not await spine.db.write(
        store.update_link_user, spine.institution.id, token_hash(code), user_id, now
    ):
        raise not_found("No device waits with this code")
