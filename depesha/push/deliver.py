"""Delivering pushes: a consumer of the log, so that a push comes after its event can be read.

Spec: push gateway API, `POST /_matrix/push/v1/notify`.
"""

import logging
from collections.abc import Sequence

from depesha.base.canonical import Content, decode, encode
from depesha.eventlog.changes import Entry, Logged
from depesha.eventlog.consume import consume
from depesha.eventlog.state import MEMBER, Room
from depesha.io.fetch import FetchError, Limits
from depesha.push import store
from depesha.push.evaluate import evaluate, facts_of
from depesha.push.pushers import remove_pusher
from depesha.push.record import Push, load_pushers
from depesha.push.rules import Outcome
from depesha.signals import unread

TRIES = 3
RETRY_SECONDS = 5.0
_LIMITS = Limits(size=64 * 1024, seconds=10)

_log = logging.getLogger(__name__)


async def deliver_pushes(push: Push) -> None:
    """Send what notifies somebody to the gateways of their pushers, for ever."""

    async def handle(entries: Sequence[Entry]) -> None:
        pushers = await load_pushers(push)
        if not pushers:
            return
        for entry in entries:
            if isinstance(entry, Logged):
                await _deliver(push, entry, pushers)

    await consume(push.spine.log, "push", handle)


async def _deliver(push: Push, logged: Logged, pushers: dict[str, list[store.PusherRow]]) -> None:
    event = logged.event
    room = await push.spine.log.find_room(event.room_id)
    if room is None:
        return
    concerned = pushers.keys() & room.joined
    if event.type == MEMBER and event.state_key in pushers:
        concerned |= {event.state_key}
    facts = facts_of(logged, room)
    for user_id in sorted(concerned):
        outcome = await evaluate(push, user_id, logged, room, facts)
        if outcome.notify:
            for row in pushers[user_id]:
                await _send(push, row, logged, room, outcome)


async def _send(
    push: Push, row: store.PusherRow, logged: Logged, room: Room, outcome: Outcome
) -> None:
    """One push, tried a few times; a key that the gateway refuses is forgotten."""
    pusher: Content = decode(row.pusher)
    body = encode({"notification": await _notification(push, row, pusher, logged, room, outcome)})
    url: str = pusher["data"]["url"]
    headers = {"Content-Type": "application/json"}
    for attempt in range(TRIES):
        if attempt:
            await push.spine.clock.sleep(RETRY_SECONDS * attempt)
        try:
            answer = await push.fetcher.fetch(
                "POST", url, headers=headers, body=body, limits=_LIMITS
            )
        except FetchError as error:
            _log.warning("a push gateway did not answer", extra={"why": str(error)})
            continue
        if answer.status == 200:
            if _is_rejected(answer.body, row.pushkey):
                await remove_pusher(push, row)
            return
        if answer.status < 500:
            return


def _is_rejected(body: bytes, pushkey: str) -> bool:
    try:
        told = decode(body)
    except ValueError:
        return False
    rejected = told.get("rejected") if isinstance(told, dict) else None
    return isinstance(rejected, list) and pushkey in rejected


async def _notification(
    push: Push,
    row: store.PusherRow,
    pusher: Content,
    logged: Logged,
    room: Room,
    outcome: Outcome,
) -> Content:
    """The notification in the format that the pusher asks for."""
    event = logged.event
    data = {key: value for key, value in pusher["data"].items() if key not in {"url"}}
    device: Content = {
        "app_id": row.app_id,
        "pushkey": row.pushkey,
        "pushkey_ts": row.since_ts // 1000,
        "data": data,
    }
    told: Content = {
        "event_id": event.event_id,
        "room_id": event.room_id,
        "prio": "high",
        "counts": {"unread": await _unread_rooms(push, row.user_id)},
        "devices": [device],
    }
    if pusher["data"].get("format") == "event_id_only":
        return told
    device["tweaks"] = outcome.tweaks
    told |= {"type": event.type, "sender": event.sender, "content": event.content}
    sender = room.find(MEMBER, event.sender)
    for name, value in (
        ("sender_display_name", sender.content.get("displayname") if sender else None),
        ("room_name", room.text("m.room.name", "name") or None),
        ("room_alias", room.text("m.room.canonical_alias", "alias") or None),
    ):
        if isinstance(value, str):
            told[name] = value
    if event.type == MEMBER:
        told["user_is_target"] = event.state_key == row.user_id
        told["membership"] = event.content.get("membership")
    return told


async def _unread_rooms(push: Push, user_id: str) -> int:
    """The badge: rooms with something unread, and invitations."""
    log, count = push.spine.log, 0
    for room_id, place in list((await log.rooms_of(user_id)).items()):
        if place.membership == "invite":
            count += 1
        elif place.membership == "join" and (room := await log.find_room(room_id)) is not None:
            count += (await unread(push.signals, user_id, room)).total[0] > 0
    return count
