"""Endpoints of the threads that people follow (MSC4306, MSC4308; unstable)."""

import msgspec

from depesha.base.canonical import Json
from depesha.base.errors import invalid_param, not_found
from depesha.eventlog.changes import parse_token
from depesha.eventlog.read import END
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply
from depesha.timeline.record import Timelines
from depesha.timeline.subscriptions import (
    MOST_SUBSCRIPTIONS,
    access_thread,
    find_subscription,
    find_subscription_changes,
    subscribe,
    unsubscribe,
)

_THREAD = (
    "/_matrix/client/unstable/io.element.msc4306/rooms/{roomId}/thread/{threadRoot}/subscription"
)
_LIST = "/_matrix/client/unstable/io.element.msc4308/thread_subscriptions"


class SubscriptionBody(msgspec.Struct, frozen=True):
    """`automatic` is the event for which a client subscribes by itself."""

    automatic: str | None = None


def _thread(ask: Ask[Json]) -> tuple[str, str, str]:
    return ask.caller.user_id, ask.params["roomId"], ask.params["threadRoot"]


@endpoint("GET", _THREAD)
async def get_subscription(timeline: Timelines, ask: Ask[None]) -> Reply:
    """Whether one follows a thread; 404 when not."""
    await access_thread(timeline, *_thread(ask))
    row = await find_subscription(timeline, *_thread(ask))
    if row is None:
        raise not_found("You do not follow this thread")
    return json_reply({"automatic": bool(row.is_automatic)})


@endpoint("PUT", _THREAD, body=SubscriptionBody)
async def put_subscription(timeline: Timelines, ask: Ask[SubscriptionBody]) -> Reply:
    """Follow a thread."""
    await subscribe(timeline, *_thread(ask), ask.body.automatic)
    return EMPTY


@endpoint("DELETE", _THREAD)
async def delete_subscription(timeline: Timelines, ask: Ask[None]) -> Reply:
    """Follow a thread no longer."""
    await unsubscribe(timeline, *_thread(ask))
    return EMPTY


@endpoint("GET", _LIST)
async def get_subscriptions(timeline: Timelines, ask: Ask[None]) -> Reply:
    """A page of the threads that one follows or followed, latest change first."""
    if ask.need("dir") != "b":
        raise invalid_param("dir must be b")
    limit = ask.number("limit", 100, low=1, high=MOST_SUBSCRIPTIONS)
    until, since = _position(ask, "from", END) - 1, _position(ask, "to", 0)
    found = await find_subscription_changes(timeline, ask.caller.user_id, since, until, limit)
    body = found.body()
    if found.before is not None:
        body["end"] = str(found.before)
    return json_reply(body)


def _position(ask: Ask[None], name: str, default: int) -> int:
    """A position, told by this endpoint or by a sync."""
    text = ask.query.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    token = parse_token(text)
    if token is None:
        raise invalid_param(f"Unknown token: {name}")
    return token.position


ENDPOINTS: tuple[Endpoint[Timelines, Json], ...] = (
    get_subscription,
    put_subscription,
    delete_subscription,
    get_subscriptions,
)
