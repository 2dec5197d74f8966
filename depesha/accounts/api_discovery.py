"""What the server says of itself.

Spec: client-server API, "Server Discovery", "Capabilities negotiation".
"""

from depesha.accounts.discovery import capabilities, client_wellknown, support, versions
from depesha.accounts.record import Accounts
from depesha.base.canonical import Json
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint, json_reply


@endpoint("GET", "/_matrix/client/versions", spec="getVersions", auth=Auth.NONE)
async def spec_versions(accounts: Accounts, ask: Ask[None]) -> Reply:
    """The versions of the specification that are served."""
    return json_reply(versions(accounts))


@endpoint("GET", "/_matrix/client/v3/capabilities", spec="getCapabilities", auth=Auth.GUEST)
async def server_capabilities(accounts: Accounts, ask: Ask[None]) -> Reply:
    """What may be done here, and in which room versions."""
    return json_reply({"capabilities": capabilities(accounts, ask.caller)})


@endpoint("GET", "/.well-known/matrix/client", spec="getWellknown", auth=Auth.NONE)
async def well_known_client(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Where clients find this server."""
    return json_reply(client_wellknown(accounts))


@endpoint("GET", "/.well-known/matrix/support", spec="getWellknownSupport", auth=Auth.NONE)
async def well_known_support(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Who can be asked for help."""
    return json_reply(support(accounts))


ENDPOINTS: tuple[Endpoint[Accounts, Json], ...] = (
    spec_versions,
    server_capabilities,
    well_known_client,
    well_known_support,
)
