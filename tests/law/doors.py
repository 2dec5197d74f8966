"""Every endpoint by what it may tell of people: a new one must be put here to pass the law.

An endpoint of the class PERSON names somebody in its path, query or body: the law asks it of
somebody unseen and of nobody, and the answers must be the same bytes. The answers of all endpoints
are searched for traces of the unseen.
"""

import re
from collections.abc import Callable
from typing import Any

from depesha.http.endpoint import Auth, Endpoint

ROOM = r"/_matrix/client/(v1|v3|unstable/[\w.-]+)/rooms/\{roomId\}"

CLASSES: tuple[tuple[str, str], ...] = (
    # Those who are asked about somebody, before all others.
    ("person", r".*\{userId\}.*"),
    ("person", r".*/(user/)?mutual_rooms"),
    ("person", r".*/thirdparty/user"),
    ("person", r".*/keys/(query|claim|signatures/upload)"),
    ("person", r".*/sendToDevice/.*"),
    ("person", r".*/createRoom"),
    ("person", ROOM + r"/(invite|kick|ban|unban|state/.*)"),
    ("person", r"/_depesha/v1/(contacts/.*|org/find)"),
    # What is in rooms, for those who are in them.
    ("room", ROOM + r"/.*"),
    ("room", r".*/\{(roomId|roomIdOrAlias|roomAlias)\}.*"),
    ("room", r".*/(joined_rooms|publicRooms|delayed_events.*|events/\{eventId\})"),
    ("room", r".*/unstable/org.matrix.msc4140/.*"),
    # What tells of many at once.
    ("list", r"/_matrix/client/(v3|v4|unstable/[\w.]+)/(sync|events|initialSync|search)"),
    ("list", r".*/(user_directory/search|notifications|keys/changes|thread_subscriptions)"),
    ("list", r"/_depesha/v1/(org|contacts|unit_invites|urgent|surveys|posts|directory).*"),
    # One's own.
    ("own", r"/_matrix/client/v3/(account|devices|delete_devices|room_keys|pushrules|pushers).*"),
    ("own", r"/_matrix/client/v3/(logout|refresh|capabilities|voip/turnServer)(/all)?"),
    ("own", r"/_matrix/client/(v3|unstable)/keys/(upload|device_signing/upload)"),
    ("own", r"/_matrix/client/v1/(login/get_token|rtc/transports)"),
    ("own", r"/_matrix/client/unstable/org.matrix.(msc4143/rtc|msc3814.v1/dehydrated_device).*"),
    ("own", r"/_matrix/(client/v1/media|media/v[13])/.*"),
    ("own", r"/_depesha/v1/(push/(key|trial)|me(/policy)?|map.*)"),
    ("own", r"/_depesha/v1/me/(data|custody).*"),
    ("own", r"/_matrix/client/unstable/org.matrix.msc1763/retention/configuration"),
    # Of networks beyond this server their application services tell.
    ("network", r"/_matrix/client/v3/thirdparty/(protocols|protocol/.*|location.*|user/.*)"),
    # For everybody, and telling of nobody. That a name is taken is told where anyone may register.
    ("public", r"/_matrix/client/(versions|v3/(register|login|auth|password).*|v1/register/.*)"),
    ("public", r"/_matrix/client/.*/(auth_metadata|rendezvous.*)"),
    ("public", r"/_matrix/(static|federation|key|app)/.*"),
    ("public", r"/(_synapse|\.well-known|_depesha/oauth2)/.*"),
    ("public", r"/_depesha/(account|link|signin|signup|signout|forgot|letter)(/.*)?"),
    ("public", r"/(sw\.js|manifest\.webmanifest|health|assets/.*|static/.*)?"),
    ("public", r"/_depesha/v1/(health|metrics|demo|privacy|session/known|openapi\.json)"),
    # For the one program that has its token; to anybody else it tells nothing, and of nobody.
    ("public", r"/_depesha/scim/v2/.*"),
)


def classify(row: Endpoint[Any, Any], path: str) -> str | None:
    """The class of an endpoint, or None. What needs another's right is not asked here."""
    if row.right is not None or row.auth is Auth.APPSERVICE:
        return "keeper"
    return next((kind for kind, found in CLASSES if re.fullmatch(found, path)), None)


MASTER = "A" * 43
"""The public part of everyone's master key in the law."""


def master_key(who: str) -> dict[str, Any]:
    return {"user_id": who, "usage": ["master"], "keys": {f"ed25519:{MASTER}": MASTER}}


def signed_master(who: str) -> dict[str, Any]:
    """Somebody's master key with a signature that cannot be right."""
    return {**master_key(who), "signatures": {who: {"ed25519:X": "x"}}}


Body = Callable[[str], Any]

BODIES: dict[str, Body] = {
    "/org/find": lambda who: {"rows": [[who], [f"Name of {who[1:].partition(':')[0]}"]]},
    "/keys/query": lambda who: {"device_keys": {who: []}},
    "/keys/claim": lambda who: {"one_time_keys": {who: {"DEVICE": "signed_curve25519"}}},
    "/keys/signatures/upload": lambda who: {who: {MASTER: signed_master(who)}},
    "/createRoom": lambda who: {"invite": [who]},
    "/invite": lambda who: {"user_id": who},
    "/kick": lambda who: {"user_id": who},
    "/unban": lambda who: {"user_id": who},
    "/state/{eventType}/{stateKey}": lambda who: {"membership": "invite"},
    "/contacts/requests": lambda who: {"user_id": who, "message": "Let us talk"},
    "/user_directory/search": lambda who: {"search_term": who.partition(":")[0][1:]},
    "/search": lambda who: {
        "search_categories": {"room_events": {"search_term": who.partition(":")[0][1:]}}
    },
    "/sync": lambda who: {
        "lists": {"a": {"ranges": [[0, 99]], "timeline_limit": 20, "required_state": [["*", "*"]]}},
        "extensions": {
            name: {"enabled": True}
            for name in ("to_device", "e2ee", "account_data", "receipts", "typing")
        },
    },
}
"""End of a path → a body that names somebody, or that asks for as much as there is."""


def body_for(path: str, who: str) -> Any:
    ends = sorted(BODIES, key=len, reverse=True)
    return next((BODIES[end](who) for end in ends if path.endswith(end)), {})


ENDING = re.compile(r".*/(logout.*|account/deactivate|delete_devices|devices/.*|refresh)")
"""They would take the asker's session away."""
