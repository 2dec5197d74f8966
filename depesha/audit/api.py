"""Reading the log of acts, to be verified by anybody who has the institution's public key."""

from depesha.audit import store
from depesha.audit.chain import dump_line
from depesha.base.canonical import Json
from depesha.base.rights import Right
from depesha.eventlog.append import EventLog
from depesha.events.sign import encode_base64
from depesha.http.endpoint import Ask, Endpoint, Reply, endpoint, json_reply

_PAGE = 1000


@endpoint("GET", "/_depesha/v1/admin/audit", right=Right.AUDIT)
async def list_lines(log: EventLog, ask: Ask[None]) -> Reply:
    """`lines` after the number `after`, of one `actor` or `target` where given, and `next`.

    With `before` instead: those before that number, the latest first.
    `server_name` and `public_key` are what `chain.verify` takes.
    """
    limit = ask.number("limit", 100, 1, _PAGE)
    is_back = "before" in ask.query
    lines = await log.db.read(
        store.select_lines_before if is_back else store.select_lines,
        log.institution.id,
        ask.number("before", 0) if is_back else ask.number("after", 0),
        limit,
        ask.query.get("actor", ""),
        ask.query.get("target", ""),
    )
    body: Json = {
        "server_name": log.institution.server_name,
        "public_key": encode_base64(log.institution.signer.public_key),
        "lines": [dump_line(line) for line in lines],
    }
    if len(lines) == limit:
        body["next"] = lines[-1].number
    return json_reply(body)


ENDPOINTS: tuple[Endpoint[EventLog, Json], ...] = (list_lines,)
