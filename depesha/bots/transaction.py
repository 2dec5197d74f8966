"""One transaction to an application service, made of the first items of its queue.

Spec: application service API, "Pushing events", "Pushing ephemeral data"; MSC3202 and MSC4203 for
services that encrypt.
"""

from dataclasses import dataclass, field

from depesha.base.canonical import Content, Json, decode, embed, encode
from depesha.bots import store
from depesha.bots.collect import Kind
from depesha.bots.interest import Interest
from depesha.bots.lists import find_moves
from depesha.bots.record import Bots
from depesha.bots.registration import Registration
from depesha.eventlog.changes import Logged
from depesha.eventlog.read import find_events, served
from depesha.keys import Address, find_messages, find_told
from depesha.signals import select_receipt_content

MOST_ITEMS = 100


@dataclass(slots=True)
class Parts:
    """What a transaction is put together from, as JSON."""

    events: list[Json] = field(default_factory=list)
    ephemeral: list[Json] = field(default_factory=list)
    to_device: list[Json] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """Users whose keys are to be asked for anew, and users not to be followed any more."""
    devices: list[tuple[str, str]] = field(default_factory=list)
    """Devices whose counts of keys are told."""


async def build_body(
    bots: Bots,
    service: Registration,
    interest: Interest,
    items: list[store.Item],
    ephemeral: list[Json],
) -> bytes:
    """The body that tells the service of these items, and of what is ephemeral besides."""
    parts, now = Parts(ephemeral=ephemeral), bots.spine.clock.now_ms()
    events = await _events(bots, items)
    parts.events = [embed(served(logged, "", "", "join", now)) for logged in events]
    parts.ephemeral += await _receipts(bots, service, items)
    parts.to_device = await _messages(bots, items)
    if service.wants_encryption:
        moves = await find_moves(bots.spine.log, interest, events)
        updated = {item.user_id for item in items if item.kind == Kind.LIST}
        parts.changed = sorted((updated | moves.met) - moves.left)
        parts.left = sorted(moves.left)
    told = (Kind.COUNT, Kind.TO_DEVICE)
    parts.devices = list(
        dict.fromkeys((item.user_id, item.device_id) for item in items if item.kind in told)
    )
    body: Content = {"events": parts.events}
    if parts.ephemeral:
        body[service.ephemeral_name] = parts.ephemeral
    if parts.to_device:
        # COMPAT(mautrix, matrix-bot-sdk): the name until MSC4203 is accepted.
        body["de.sorunome.msc2409.to_device"] = parts.to_device
    if service.wants_encryption:
        body |= await _encryption(bots, parts)
    return encode(body)


async def _events(bots: Bots, items: list[store.Item]) -> list[Logged]:
    positions = [item.position for item in items if item.kind == Kind.EVENT]
    found = await find_events(bots.spine.log, positions) if positions else {}
    return [found[position] for position in positions if position in found]


async def _receipts(bots: Bots, service: Registration, items: list[store.Item]) -> list[Json]:
    """One `m.receipt` for each room, with the receipts set since."""
    told = [item for item in items if item.kind == Kind.RECEIPT]
    found: list[Json] = []
    for room_id in dict.fromkeys(item.room_id for item in told):
        since = min(item.position for item in told if item.room_id == room_id) - 1
        content = await bots.spine.db.read(
            select_receipt_content, bots.institution_id, room_id, since, service.may_be
        )
        if content:
            found.append({"type": "m.receipt", "room_id": room_id, "content": content})
    return found


async def _messages(bots: Bots, items: list[store.Item]) -> list[Json]:
    """To-device messages, each with the device that it is for."""
    found = await find_messages(bots.keys, addresses_of(items))
    return [
        {**decode(body), "to_user_id": to.user_id, "to_device_id": to.device_id}
        for to, body in found.items()
    ]


def addresses_of(items: list[store.Item]) -> list[Address]:
    """Where the to-device messages among the items wait."""
    return [
        Address(item.user_id, item.device_id, item.position)
        for item in items
        if item.kind == Kind.TO_DEVICE
    ]


async def _encryption(bots: Bots, parts: Parts) -> Content:
    """Counts of keys and changes of device lists, under the names of MSC3202."""
    body: Content = {}
    if parts.changed or parts.left:
        lists = {"changed": parts.changed, "left": parts.left}
        body["org.matrix.msc3202.device_lists"] = lists
    for name in ("device_one_time_keys_count", "device_unused_fallback_key_types"):
        counts: dict[str, Content] = {}
        for user_id, device_id in parts.devices:
            told = await find_told(bots.keys, user_id, device_id)
            if name in told:
                counts.setdefault(user_id, {})[device_id] = embed(told[name])
        if counts:
            body[f"org.matrix.msc3202.{name}"] = counts
    return body
