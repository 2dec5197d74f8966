"""What the server says of its OAuth 2.0 API.

Spec: client-server API, "Server metadata discovery", "Account management".
"""

from depesha.base.canonical import Content
from depesha.base.config import Config
from depesha.base.errors import unrecognized
from depesha.signin.record import Signin
from depesha.signin.rules import GRANTS

AUTHORIZE = "/_depesha/oauth2/authorize"
TOKEN = "/_depesha/oauth2/token"  # noqa: S105 (a path)
REVOKE = "/_depesha/oauth2/revoke"
REGISTER = "/_depesha/oauth2/register"
DEVICE = "/_depesha/oauth2/device"
ACCOUNT = "/_depesha/account"

ACTIONS = (
    "org.matrix.profile",
    "org.matrix.devices_list",
    "org.matrix.device_view",
    "org.matrix.device_delete",
    "org.matrix.account_deactivate",
    "org.matrix.cross_signing_reset",
)


def check_on(signin: Signin) -> None:
    """Raise 404 M_UNRECOGNIZED when the OAuth 2.0 API is switched off."""
    if not signin.spine.config.oauth:
        raise unrecognized("People sign in by the legacy API on this server")


def server_metadata(signin: Signin) -> Content:
    """The body of the metadata."""
    return {
        "issuer": signin.url("/"),
        "authorization_endpoint": signin.url(AUTHORIZE),
        "token_endpoint": signin.url(TOKEN),
        "revocation_endpoint": signin.url(REVOKE),
        "registration_endpoint": signin.url(REGISTER),
        "device_authorization_endpoint": signin.url(DEVICE),
        "response_types_supported": ["code"],
        "grant_types_supported": list(GRANTS),
        "response_modes_supported": ["query", "fragment"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "prompt_values_supported": ["create"],
        "account_management_uri": signin.url(ACCOUNT),
        "account_management_actions_supported": list(ACTIONS),
    }


def sso_flow(config: Config) -> Content:
    """The way of signing in that leads to our pages. Spec: "OAuth 2.0 aware clients"."""
    flow: Content = {"type": "m.login.sso"}
    if config.oidc:
        flow["identity_providers"] = [{"id": one.name, "name": one.label} for one in config.oidc]
    if config.oauth:
        flow["oauth_aware_preferred"] = True
    return flow
