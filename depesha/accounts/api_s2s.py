"""What other servers, and services beside them, may ask about accounts.

Spec: server-server API, "OpenID".
"""

from depesha.accounts.caller import bearer_of, unknown_token
from depesha.accounts.record import Accounts
from depesha.accounts.tickets import Ticket, find_owner
from depesha.base.canonical import Json
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint, json_reply


@endpoint("GET", "/_matrix/federation/v1/openid/userinfo", auth=Auth.NONE)
async def openid_user(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Who made an OpenID token. Raises 401 M_MISSING_TOKEN, M_UNKNOWN_TOKEN."""
    user_id = await find_owner(accounts, Ticket.OPENID, bearer_of({}, ask.query))
    if user_id is None:
        raise unknown_token()
    return json_reply({"sub": user_id})


ENDPOINTS: tuple[Endpoint[Accounts, Json], ...] = (openid_user,)
