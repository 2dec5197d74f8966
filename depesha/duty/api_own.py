"""What the server says of itself: how long it keeps, and what it holds about whoever asks.

Requirement U6; MSC1763, "Server configuration".
"""

from depesha.accounts import Interactive, authenticate, operation_of
from depesha.base.canonical import Content, Json
from depesha.duty.copies import access_copy, ask_copy, erase_own
from depesha.duty.held import label, load_copies, summary
from depesha.duty.record import Duty
from depesha.duty.retention import load_policies, load_times
from depesha.duty.rules import ANY, FOR_EVER
from depesha.duty.store import CopyRow
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, StreamReply, endpoint, json_reply


@endpoint("GET", "/_matrix/client/unstable/org.matrix.msc1763/retention/configuration")
async def retention_configuration(duty: Duty, ask: Ask[None]) -> Reply:
    """How long messages are kept: everywhere (`*`), and in the rooms of whoever asks."""
    policy = (await load_policies(duty)).get((0, ANY), FOR_EVER)
    policies: Content = {
        room_id: {"max_lifetime": time}
        for room_id, time in (await load_times(duty, ask.caller.user_id)).items()
    }
    limits: Content = {}
    if policy.messages_ms is not None:
        policies["*"] = {"max_lifetime": policy.messages_ms}
        limits["max"] = policy.messages_ms
    least = policy.least_ms or policy.messages_ms
    if least is not None:
        limits["min"] = least
    return json_reply({"policies": policies, "limits": {"max_lifetime": limits}})


@endpoint("GET", "/_depesha/v1/privacy", auth=Auth.NONE)
async def privacy(duty: Duty, ask: Ask[None]) -> Reply:
    """What is collected about people, for what purpose and how long, in both languages."""
    return json_reply(label(duty.spine.institution))


_DATA = "/_depesha/v1/me/data"


@endpoint("GET", _DATA, limit="me_data")
async def own_data(duty: Duty, ask: Ask[None]) -> Reply:
    """What the server holds about whoever asks: kinds, counts, purposes and periods."""
    return json_reply(await summary(duty, ask.caller.user_id))


def _copy(row: CopyRow) -> Content:
    return {
        "copy_id": row.copy_id,
        "asked_ts": row.asked_ts,
        "expires_ts": row.expires_ts,
        "ready": row.sha256 is not None,
        "size": row.size,
        "path": f"{_DATA}/copies/{row.copy_id}",
    }


@endpoint("GET", f"{_DATA}/copies")
async def list_copies(duty: Duty, ask: Ask[None]) -> Reply:
    """The copies of one's data that were asked for and are not over."""
    rows = await load_copies(duty, ask.caller.user_id)
    return json_reply({"copies": [_copy(row) for row in rows]})


@endpoint("POST", f"{_DATA}/copies", limit="me_data")
async def post_copy(duty: Duty, ask: Ask[None]) -> Reply:
    """Let a copy of one's data be made; it lies ready for a week."""
    return json_reply(_copy(await ask_copy(duty, ask.caller.user_id)))


@endpoint("GET", f"{_DATA}/copies/{{copyId}}")
async def get_copy(duty: Duty, ask: Ask[None]) -> StreamReply:
    """The copy as a zip archive."""
    row = await access_copy(duty, ask.caller.user_id, ask.params["copyId"])
    return StreamReply(
        duty.media.blobs.get(row.sha256 or ""),
        b"application/zip",
        row.size,
        headers=(
            (b"content-disposition", b'attachment; filename="my-data.zip"'),
            (b"cache-control", b"no-store"),
        ),
    )


@endpoint("POST", f"{_DATA}/erase", limit="login", body=Interactive)
async def erase_data(duty: Duty, ask: Ask[Interactive]) -> Reply:
    """End one's account and have forgotten what can be, after the password; a signed receipt."""
    operation = await operation_of(duty.accounts, ask.caller, "POST erase")
    await authenticate(duty.accounts, operation, ask.body)
    return json_reply(await erase_own(duty, ask.caller.user_id))


ENDPOINTS: tuple[Endpoint[Duty, Json], ...] = (
    retention_configuration,
    privacy,
    own_data,
    list_copies,
    post_copy,
    get_copy,
    erase_data,
)
