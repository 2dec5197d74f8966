"""What application services ask of the server.

Spec: application service API, "Client-Server API Extensions".
"""

import msgspec

from depesha.base.canonical import Json
from depesha.base.errors import MatrixError, forbidden
from depesha.bots.ping import ping
from depesha.bots.record import Bots
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint, json_reply


class PingBody(msgspec.Struct):
    """What is passed on to the service."""

    transaction_id: str | None = None


@endpoint(
    "POST",
    "/_matrix/client/v1/appservice/{appserviceId}/ping",
    spec="pingAppservice",
    body=PingBody,
    auth=Auth.APPSERVICE,
)
async def ping_service(bots: Bots, ask: Ask[PingBody]) -> Reply:
    """Ask the service that asks whether it can be reached."""
    if ask.caller.appservice != ask.params["appserviceId"]:
        raise forbidden("This is not the token of that application service")
    service = bots.services.find_named(ask.params["appserviceId"])
    if service is None or service.url is None:
        raise MatrixError(400, "M_URL_NOT_SET", "The application service has no URL")
    return json_reply({"duration_ms": await ping(bots, service, ask.body.transaction_id)})


ENDPOINTS: tuple[Endpoint[Bots, Json], ...] = (ping_service,)
