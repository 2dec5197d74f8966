"""Trying whether an application service can be reached.

Spec: application service API, "Pinging".
"""

from depesha.base.errors import MatrixError
from depesha.bots.record import Bots
from depesha.bots.registration import Registration
from depesha.io.fetch import FetchError

_SHOWN = 4096


async def ping(bots: Bots, service: Registration, transaction_id: str | None) -> int:
    """Milliseconds that the answer took.

    Raises 502 M_BAD_STATUS or M_CONNECTION_FAILED, 504 M_CONNECTION_TIMEOUT.
    """
    clock = bots.spine.clock
    begun = clock.monotonic()
    try:
        answer = await bots.services.client.ping(service, transaction_id)
    except FetchError as error:
        if isinstance(error.__cause__, TimeoutError):
            raise MatrixError(504, "M_CONNECTION_TIMEOUT", "The service did not answer") from error
        raise MatrixError(502, "M_CONNECTION_FAILED", "The service was not reached") from error
    if answer.status != 200:
        body = answer.body[:_SHOWN].decode(errors="replace")
        about = {"status": answer.status, "body": body}
        raise MatrixError(502, "M_BAD_STATUS", f"Ping returned status {answer.status}", about)
    return round((clock.monotonic() - begun) * 1000)
