"""What a push gateway is told. Spec: push gateway API, `POST /_matrix/push/v1/notify`."""

from dataclasses import dataclass

from depesha.base.canonical import Content, decode
from depesha.contacts import find_held
from depesha.eventlog.changes import Logged
from depesha.eventlog.state import MEMBER, Room
from depesha.events.urgent import is_urgent
from depesha.profile import invite_rules
from depesha.push.record import Push
from depesha.push.rules import Outcome
from depesha.push.store import PusherRow
from depesha.push.words import words_of
from depesha.signals import unread


@dataclass(frozen=True, slots=True)
class Notice:
    """An event that is to be told to one pusher; without one, the badge alone is.

    `is_quiet` when it is to make no sound: it comes in hours of quiet.
    """

    pusher: PusherRow
    logged: Logged | None
    room: Room | None
    outcome: Outcome | None
    is_quiet: bool = False


async def notification(push: Push, notice: Notice) -> Content:
    """The notification in the format that the pusher asks for."""
    row = notice.pusher
    data: Content = decode(row.pusher)["data"]
    device: Content = {
        "app_id": row.app_id,
        "pushkey": row.pushkey,
        "pushkey_ts": row.since_ts // 1000,
        "data": {name: value for name, value in data.items() if name != "url"},
    }
    unread_rooms = await _count_unread_rooms(push, row.user_id)
    told: Content = {"counts": {"unread": unread_rooms}, "devices": [device]}
    if notice.logged is None or notice.room is None or notice.outcome is None:
        return told
    event = notice.logged.event
    told |= {
        "event_id": event.event_id,
        "room_id": event.room_id,
        "prio": "high" if wakes(notice) else "low",
    }
    if data.get("format") != "event_id_only":
        device["tweaks"] = {} if notice.is_quiet else notice.outcome.tweaks
        told |= _event_fields(notice.logged, notice.room, row.user_id)
    return told


def wakes(notice: Notice) -> bool:
    """Whether the device is to be woken for it."""
    if notice.is_quiet or notice.logged is None or notice.outcome is None:
        return False
    tweaks = notice.outcome.tweaks
    is_sealed = notice.logged.event.type == "m.room.encrypted"
    return is_sealed or "sound" in tweaks or "highlight" in tweaks


async def browser_notification(push: Push, notice: Notice) -> Content:
    """What our own service worker shows: few words, ready to be read."""
    told: Content = {"unread": await _count_unread_rooms(push, notice.pusher.user_id)}
    if notice.logged is None or notice.room is None:
        return told
    pusher: Content = decode(notice.pusher.pusher)
    event = notice.logged.event
    told |= {"room_id": event.room_id, "event_id": event.event_id}
    if notice.is_quiet:
        told["silent"] = True
    if is_urgent(event.type, event.content):
        told["urgent"] = True
    if pusher["data"].get("format") != "event_id_only":
        title, body = words_of(notice.logged, notice.room, pusher["lang"])
        told |= {"title": title, "body": body}
    return told


def _event_fields(logged: Logged, room: Room, user_id: str) -> Content:
    event = logged.event
    sender = room.find(MEMBER, event.sender)
    names: Content = {
        "sender_display_name": sender.content.get("displayname") if sender else None,
        "room_name": room.text("m.room.name", "name") or None,
        "room_alias": room.text("m.room.canonical_alias", "alias") or None,
    }
    told: Content = {name: value for name, value in names.items() if isinstance(value, str)}
    told |= {"type": event.type, "sender": event.sender, "content": event.content}
    if event.type == MEMBER:
        told["user_is_target"] = event.state_key == user_id
        told["membership"] = event.content.get("membership")
    return told


async def _count_unread_rooms(push: Push, user_id: str) -> int:
    """The badge: rooms with something unread, and invitations but those of strangers."""
    log, held = push.spine.log, await find_held(push.contacts, user_id)
    rules, count = await invite_rules(push.profile, user_id), 0
    for room_id, place in list((await log.rooms_of(user_id)).items()):
        if place.membership == "invite":
            count += room_id not in held and rules.takes(place.sender)
        elif place.membership == "join" and (room := await log.find_room(room_id)) is not None:
            count += (await unread(push.signals, user_id, room)).total[0] > 0
    return count
