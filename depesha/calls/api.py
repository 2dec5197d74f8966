"""TURN credentials, and where calls of many meet."""

import hmac
from base64 import b64encode
from dataclasses import dataclass

from depesha.base.canonical import Json
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply
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
    expires = calls.spine.clock.now_ms() // 1000 + config.turn_ttl_seconds
    username = f"{expires}:{ask.caller.user_id}"
    digest = hmac.digest(config.turn_secret.encode(), username.encode(), "sha1")
    return json_reply(
        {
            "username": username,
            "password": b64encode(digest).decode(),
            "uris": list(config.turn_uris),
            "ttl": config.turn_ttl_seconds,
        }
    )


@endpoint(
    "GET",
    "/_matrix/client/unstable/org.matrix.msc4143/rtc/transports",
    "/_matrix/client/v1/rtc/transports",
)
async def get_rtc_transports(calls: Calls, ask: Ask[None]) -> Reply:
    """Where conferences meet (MSC4143): none until a media server is installed."""
    return json_reply({"rtc_transports": []})


ENDPOINTS: tuple[Endpoint[Calls, Json], ...] = (get_turn_server, get_rtc_transports)
