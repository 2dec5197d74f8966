"""Dehydrated devices.

MSC3814. COMPAT(Element Web, matrix-rust-sdk): under the name that it has until its acceptance.
"""

import msgspec

from depesha.base.canonical import Content, Json, embed
from depesha.base.errors import invalid_param
from depesha.http.endpoint import Ask, Endpoint, Reply, endpoint, json_reply
from depesha.keys.dehydrate import (
    Asleep,
    access_asleep,
    access_messages,
    check_asleep,
    delete_asleep,
    put_asleep,
)
from depesha.keys.messages.queue import MOST_AT_ONCE, Waiting
from depesha.keys.record import Keys
from depesha.keys.upload import check_upload

_DEVICE = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device"


class AsleepBody(msgspec.Struct):
    """A device with its keys."""

    device_id: str
    device_data: Content
    device_keys: Content
    initial_device_display_name: str | None = None
    one_time_keys: Content = {}
    fallback_keys: Content = {}


@endpoint("PUT", _DEVICE, body=AsleepBody)
async def put_device(keys: Keys, ask: Ask[AsleepBody]) -> Reply:
    """Keep a device."""
    user_id, body = ask.caller.user_id, ask.body
    check_asleep(body.device_id, body.device_data, body.initial_device_display_name)
    upload = check_upload(
        user_id, body.device_id, body.device_keys, body.one_time_keys, body.fallback_keys
    )
    name = body.initial_device_display_name
    await put_asleep(keys, user_id, Asleep(body.device_id, body.device_data, name, upload))
    return json_reply({"device_id": body.device_id})


@endpoint("GET", _DEVICE)
async def get_device(keys: Keys, ask: Ask[None]) -> Reply:
    """The device that is kept."""
    return json_reply(await access_asleep(keys, ask.caller.user_id))


@endpoint("DELETE", _DEVICE)
async def delete_device(keys: Keys, ask: Ask[None]) -> Reply:
    """Remove the device that is kept."""
    return json_reply({"device_id": await delete_asleep(keys, ask.caller.user_id)})


def _since(text: str | None) -> int:
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise invalid_param("Unknown token")
    return int(text)


def _events(waiting: Waiting) -> list[Json]:
    return [embed(message) for message in waiting.messages]


@endpoint("GET", _DEVICE + "/{deviceId}/events")
async def get_events(keys: Keys, ask: Ask[None]) -> Reply:
    """Messages to the device that is kept; `next_batch` while there are more."""
    since = _since(ask.query.get("from"))
    most = ask.number("limit", MOST_AT_ONCE, low=1, high=MOST_AT_ONCE)
    user_id, device_id = ask.caller.user_id, ask.params["deviceId"]
    until = keys.spine.log.position
    waiting = await access_messages(keys, user_id, device_id, since, until, most)
    body: Content = {"events": _events(waiting)}
    if waiting.until:
        body["next_batch"] = str(waiting.until)
    return json_reply(body)


class EventsBody(msgspec.Struct):
    """Where to go on."""

    next_batch: str | None = None


@endpoint("POST", _DEVICE + "/{deviceId}/events", body=EventsBody)
async def post_events(keys: Keys, ask: Ask[EventsBody]) -> Reply:
    """The earlier form, which goes on until a response has no events."""
    since = _since(ask.body.next_batch)
    until = keys.spine.log.position
    user_id, device_id = ask.caller.user_id, ask.params["deviceId"]
    waiting = await access_messages(keys, user_id, device_id, since, until, MOST_AT_ONCE)
    next_batch = waiting.until or max(until, since)
    return json_reply({"events": _events(waiting), "next_batch": str(next_batch)})


ENDPOINTS: tuple[Endpoint[Keys, Json], ...] = (
    put_device,
    get_device,
    delete_device,
    get_events,
    post_events,
)
