"""Endpoints of third-party networks. Spec: client-server API, "Third-party Networks"."""

from depesha.base.canonical import Content, Json
from depesha.base.errors import not_found
from depesha.http.endpoint import Ask, Endpoint, Reply, endpoint, json_reply
from depesha.profile.record import Profile

_NETWORKS = "/_matrix/client/v3/thirdparty"


def _found(found: list[Content]) -> Reply:
    if not found:
        raise not_found("Nothing was found")
    return json_reply(found)


def _fields(ask: Ask[None]) -> dict[str, str]:
    return {name: text for name, text in ask.query.items() if name != "access_token"}


@endpoint("GET", _NETWORKS + "/protocols", spec="getProtocols")
async def get_protocols(profile: Profile, ask: Ask[None]) -> Reply:
    """All protocols."""
    return json_reply(dict(await profile.networks.protocols()))


@endpoint("GET", _NETWORKS + "/protocol/{protocol}", spec="getProtocolMetadata")
async def get_protocol(profile: Profile, ask: Ask[None]) -> Reply:
    """One protocol."""
    known = await profile.networks.protocols()
    if ask.params["protocol"] not in known:
        raise not_found("Unknown protocol")
    return json_reply(known[ask.params["protocol"]])


@endpoint("GET", _NETWORKS + "/location/{protocol}", spec="queryLocationByProtocol")
async def get_locations(profile: Profile, ask: Ask[None]) -> Reply:
    """Places by their fields."""
    return _found(await profile.networks.locations(ask.params["protocol"], _fields(ask)))


@endpoint("GET", _NETWORKS + "/user/{protocol}", spec="queryUserByProtocol")
async def get_users(profile: Profile, ask: Ask[None]) -> Reply:
    """Users by their fields."""
    return _found(await profile.networks.users(ask.params["protocol"], _fields(ask)))


@endpoint("GET", _NETWORKS + "/location", spec="queryLocationByAlias")
async def get_locations_of(profile: Profile, ask: Ask[None]) -> Reply:
    """Places behind a room alias."""
    return _found(await profile.networks.locations_of(ask.need("alias")))


@endpoint("GET", _NETWORKS + "/user", spec="queryUserByID")
async def get_users_of(profile: Profile, ask: Ask[None]) -> Reply:
    """Users behind a Matrix user."""
    return _found(await profile.networks.users_of(ask.need("userid")))


ENDPOINTS: tuple[Endpoint[Profile, Json], ...] = (
    get_protocols,
    get_protocol,
    get_locations,
    get_users,
    get_locations_of,
    get_users_of,
)
