"""Endpoints of delayed events (MSC4140, unstable)."""

import msgspec

from depesha.base.canonical import Content, Json
from depesha.base.errors import invalid_param
from depesha.events.event import Draft
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.rooms.api_events import EVENT_BODY, sticky_ms
from depesha.rooms.delayed import (
    access_delayed,
    cancel,
    described,
    find_scheduled,
    restart,
    schedule,
    send_now,
)
from depesha.rooms.record import Rooms

_UNSTABLE = "/_matrix/client/unstable/org.matrix.msc4140"
_ONE = _UNSTABLE + "/delayed_events/{delayId}"


class DelayedBody(msgspec.Struct, frozen=True):
    """`PUT …/rooms/{roomId}/delayed_event/{eventType}/{txnId}`."""

    delay_ms: int
    content: Content
    state_key: str | None = None


class ActionBody(msgspec.Struct, frozen=True):
    """`POST …/delayed_events/{delayId}`."""

    action: str


@endpoint(
    "PUT",
    _UNSTABLE + "/rooms/{roomId}/delayed_event/{eventType}/{txnId}",
    body=DelayedBody,
    auth=Auth.GUEST,
    limit="send",
    max_body=EVENT_BODY,
)
async def put_delayed(rooms: Rooms, ask: Ask[DelayedBody]) -> Reply:
    """Keep an event for later."""
    params, body = ask.params, ask.body
    if body.delay_ms < 1:
        raise invalid_param("delay_ms must be at least 1")
    duration = sticky_ms(ask)
    if duration is not None and body.state_key is not None:
        raise invalid_param("State does not stick")
    draft = Draft(
        params["eventType"],
        body.content,
        ask.caller.user_id,
        params["roomId"],
        body.state_key,
        sticky_ms=duration,
    )
    delay_id = await schedule(rooms, ask.caller, draft, params["txnId"], body.delay_ms)
    return json_reply({"delay_id": delay_id})


@endpoint("GET", _UNSTABLE + "/delayed_events", auth=Auth.GUEST)
async def get_scheduled(rooms: Rooms, ask: Ask[None]) -> Reply:
    """The caller's events that are yet to be sent."""
    rows = await find_scheduled(rooms, ask.caller.user_id)
    return json_reply({"delayed_events": [described(row) for row in rows]})


@endpoint("GET", _ONE, auth=Auth.GUEST)
async def get_delayed(rooms: Rooms, ask: Ask[None]) -> Reply:
    """One event of the caller's, and what became of it."""
    row = await access_delayed(rooms, ask.caller.user_id, ask.params["delayId"])
    return json_reply(described(row))


async def _act(rooms: Rooms, delay_id: str, action: str) -> Reply:
    """Whoever knows the id may act: clients hand it to the service that watches a call."""
    if action not in _ACTIONS:
        raise invalid_param("action must be cancel, restart or send")
    await _ACTIONS[action](rooms, delay_id)
    return EMPTY


_ACTIONS = {"cancel": cancel, "restart": restart, "send": send_now}


@endpoint("POST", _ONE, body=ActionBody, auth=Auth.NONE)
async def post_delayed(rooms: Rooms, ask: Ask[ActionBody]) -> Reply:
    """Cancel, put off or send an event; the action is in the body."""
    return await _act(rooms, ask.params["delayId"], ask.body.action)


@endpoint("POST", _ONE + "/{action}", auth=Auth.NONE)
async def post_action(rooms: Rooms, ask: Ask[None]) -> Reply:
    """Cancel, put off or send an event; the action is in the path."""
    return await _act(rooms, ask.params["delayId"], ask.params["action"])


ENDPOINTS: tuple[Endpoint[Rooms, Json], ...] = (
    put_delayed,
    get_scheduled,
    get_delayed,
    post_delayed,
    post_action,
)
