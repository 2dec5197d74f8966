"""TURN credentials, and where calls of many meet."""

import asyncio
import hmac
from base64 import b64encode
from dataclasses import dataclass

from depesha.base import rights
from depesha.base.canonical import Content, Json
from depesha.base.clock import Clock
from depesha.base.errors import not_found
from depesha.base.relay import read_relay
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.io.turn import TurnFailed, try_relay
from depesha.org import Org, Right, may
from depesha.spine import Spine


@dataclass(frozen=True, slots=True)
class Calls:
    """The slice's record."""

    spine: Spine
    org: Org


@endpoint("GET", "/_matrix/client/v3/voip/turnServer", auth=Auth.GUEST, spec="getTurnServer")
async def get_turn_server(calls: Calls, ask: Ask[None]) -> Reply:
    """Credentials for the relay that hold for a while; `{}` where there is none, or no right to it.

    The user name is the time of expiry and the user, the password its HMAC-SHA1 under the
    secret shared with the relay: what coturn calls `use-auth-secret`.
    """
    config = calls.spine.config
    may_call = may(calls.org.tree, ask.caller.user_id, Right.CALL)
    if not config.turn_uris or not config.turn_secret or not may_call:
        return EMPTY
    username, password = _credentials(calls, ask.caller.user_id)
    return json_reply(
        {
            "username": username,
            "password": password,
            "uris": list(config.turn_uris),
            "ttl": config.turn_ttl_seconds,
        }
    )


def _credentials(calls: Calls, user_id: str) -> tuple[str, str]:
    """Name and password for the relay."""
    config = calls.spine.config
    expires = calls.spine.clock.now_ms() // 1000 + config.turn_ttl_seconds
    username = f"{expires}:{user_id}"
    digest = hmac.digest(config.turn_secret.encode(), username.encode(), "sha1")
    return username, b64encode(digest).decode()


@endpoint("POST", "/_depesha/v1/admin/turn/test", right=rights.Right.SERVER)
async def test_turn(calls: Calls, ask: Ask[None]) -> Reply:
    """Try every address of `turn_uris` at once, as a client would: with credentials of its own.

    `relays` has for each its `uri` and the `address` that it gave, or the `error`. 404 M_NOT_FOUND
    when none is set up.
    """
    config = calls.spine.config
    if not config.turn_uris:
        raise not_found("No relay is set up")
    name, password = _credentials(calls, ask.caller.user_id or "@operator")
    tried = [_try(calls.spine.clock, uri, name, password) for uri in config.turn_uris]
    return json_reply({"relays": await asyncio.gather(*tried)})


async def _try(clock: Clock, uri: str, name: str, password: str) -> Content:
    """What came of asking one relay."""
    try:
        return {"uri": uri, "address": await try_relay(clock, read_relay(uri), name, password)}
    except (ValueError, TurnFailed) as error:
        return {"uri": uri, "error": str(error)}


@endpoint(
    "GET",
    "/_matrix/client/unstable/org.matrix.msc4143/rtc/transports",
    "/_matrix/client/v1/rtc/transports",
)
async def get_rtc_transports(calls: Calls, ask: Ask[None]) -> Reply:
    """Where conferences meet (MSC4143): none until a media server is installed."""
    return json_reply({"rtc_transports": []})


ENDPOINTS: tuple[Endpoint[Calls, Json], ...] = (get_turn_server, get_rtc_transports, test_turn)
