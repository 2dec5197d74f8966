"""Endpoints of contacts: requests, blocks, what becomes of strangers."""

import msgspec

from depesha.accounts import check_not_suspended
from depesha.base.canonical import Json
from depesha.contacts.look import describe_contacts
from depesha.contacts.record import Contacts
from depesha.contacts.request import decide, send_request, withdraw
from depesha.contacts.strangers import set_blocked, set_policy
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply

_OWN = "/_depesha/v1/contacts"
_REQUEST = f"{_OWN}/requests/{{userId}}"
_BLOCKED = f"{_OWN}/blocked/{{userId}}"


@endpoint("GET", _OWN)
async def get_contacts(contacts: Contacts, ask: Ask[None]) -> Reply:
    """Whom one knows, the request box, blocks and policy."""
    return json_reply(await describe_contacts(contacts, ask.caller.user_id))


class RequestBody(msgspec.Struct, frozen=True):
    """Whom to ask for contact, with a few words."""

    user_id: str
    message: str = ""


@endpoint("POST", f"{_OWN}/requests", body=RequestBody, limit="report")
async def post_request(contacts: Contacts, ask: Ask[RequestBody]) -> Reply:
    """Ask for contact; the answer is the same whether or not there is such a person."""
    check_not_suspended(ask.caller)
    body = ask.body
    await send_request(contacts, ask.caller.user_id, body.user_id, body.message)
    return EMPTY


@endpoint("DELETE", _REQUEST)
async def delete_request(contacts: Contacts, ask: Ask[None]) -> Reply:
    """Take back a request of one's own."""
    await withdraw(contacts, ask.caller.user_id, ask.params["userId"])
    return EMPTY


class DecisionBody(msgspec.Struct, frozen=True):
    """For whom one decides (left out: oneself), and whether to hear no more of the sender."""

    target: str | None = None
    block: bool = False


@endpoint("POST", f"{_REQUEST}/accept", body=DecisionBody)
async def post_accept(contacts: Contacts, ask: Ask[DecisionBody]) -> Reply:
    """Accept somebody's request."""
    return await _decide(contacts, ask, accepts=True)


@endpoint("POST", f"{_REQUEST}/refuse", body=DecisionBody)
async def post_refuse(contacts: Contacts, ask: Ask[DecisionBody]) -> Reply:
    """Refuse somebody's request; they are not told."""
    return await _decide(contacts, ask, accepts=False)


async def _decide(contacts: Contacts, ask: Ask[DecisionBody], *, accepts: bool) -> Reply:
    me, sender, body = ask.caller.user_id, ask.params["userId"], ask.body
    target = body.target or me
    await decide(contacts, me, sender, target, accepts=accepts, blocks=body.block)
    return EMPTY


@endpoint("PUT", _BLOCKED)
async def put_blocked(contacts: Contacts, ask: Ask[None]) -> Reply:
    """Refuse to hear somebody."""
    await set_blocked(contacts, ask.caller.user_id, ask.params["userId"], to=True)
    return EMPTY


@endpoint("DELETE", _BLOCKED)
async def delete_blocked(contacts: Contacts, ask: Ask[None]) -> Reply:
    """Hear somebody again."""
    await set_blocked(contacts, ask.caller.user_id, ask.params["userId"], to=False)
    return EMPTY


class PolicyBody(msgspec.Struct, frozen=True):
    """What becomes of strangers: ask, open or closed."""

    strangers: str


@endpoint("PUT", f"{_OWN}/strangers", body=PolicyBody)
async def put_strangers(contacts: Contacts, ask: Ask[PolicyBody]) -> Reply:
    """Say what becomes of strangers."""
    await set_policy(contacts, ask.caller.user_id, ask.body.strangers)
    return EMPTY


ENDPOINTS: tuple[Endpoint[Contacts, Json], ...] = (
    get_contacts,
    post_request,
    delete_request,
    post_accept,
    post_refuse,
    put_blocked,
    delete_blocked,
    put_strangers,
)
