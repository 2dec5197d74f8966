"""What the server says of itself.

Spec: client-server API, "Server Discovery", "Authentication API discovery", "Capabilities
negotiation", "Client login via SSO".
"""

from depesha.accounts.discovery import capabilities, support, versions
from depesha.accounts.record import Accounts
from depesha.base.canonical import Json
from depesha.base.errors import not_found, unrecognized
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
    return json_reply({"m.homeserver": {"base_url": accounts.spine.config.base_url()}})


@endpoint("GET", "/.well-known/matrix/support", spec="getWellknownSupport", auth=Auth.NONE)
async def well_known_support(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Who can be asked for help."""
    return json_reply(support(accounts))


@endpoint("GET", "/_matrix/client/v1/auth_metadata", auth=Auth.NONE)
async def auth_metadata(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Say that there is no OAuth 2.0 API."""
    raise unrecognized("People sign in by the legacy API on this server")


@endpoint(
    "GET",
    "/_matrix/client/v3/login/sso/redirect",
    "/_matrix/client/v3/login/sso/redirect/{idpId}",
    auth=Auth.NONE,
)
async def sso_redirect(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Say that there is no single sign-on."""
    raise not_found("Single sign-on is not offered on this server")


ENDPOINTS: tuple[Endpoint[Accounts, Json], ...] = (
    spec_versions,
    server_capabilities,
    well_known_client,
    well_known_support,
    auth_metadata,
    sso_redirect,
)
