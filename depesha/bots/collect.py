"""From the log to the queue of each application service: the one consumer for all of them.

What concerns a service is decided soon after it happens, whether or not the service can be
reached, since later the members of a room are others.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import StrEnum

from depesha.accounts import NewUser, is_active, register
from depesha.base.errors import MatrixError
from depesha.bots import store
from depesha.bots.interest import Interest
from depesha.bots.record import Bots
from depesha.bots.registration import Registration
from depesha.eventlog.changes import Change, Entry, Logged
from depesha.eventlog.consume import consume
from depesha.io.tx import Tx
from depesha.keys import COUNT, LIST, TO_DEVICE
from depesha.signals import PRIVATE_RECEIPT, RECEIPT


class Kind(StrEnum):
    """What an item of a queue is about."""

    EVENT = "event"
    RECEIPT = "receipt"
    TO_DEVICE = "to_device"
    COUNT = "count"
    LIST = "list"


async def collect(bots: Bots, interests: Mapping[str, Interest]) -> None:
    """Queue, for ever, what services are to be told; `interests` by the id of the service."""
    collected = await _begin(bots)

    async def handle(entries: Sequence[Entry]) -> None:
        found: list[tuple[str, store.Item]] = []
        for entry in entries:
            for service in bots.told:
                if entry.position > collected[service.id]:
                    item = await find_item(service, interests[service.id], entry)
                    if item is not None:
                        found.append((service.id, item))
        last = entries[-1].position
        if found:
            await bots.spine.db.write(_insert, bots.institution_id, list(collected), found, last)
        collected.update({name: max(last, position) for name, position in collected.items()})
        rung = {name for name, _ in found}
        for service in bots.told:
            if service.id in rung:
                bots.bells.of(service).set()

    await consume(bots.spine.log, "bots", handle)


async def make_users(bots: Bots) -> None:
    """Make each service's own user, before anybody can ask for it."""
    accounts = bots.keys.accounts
    for service in bots.services.all:
        if not await is_active(accounts, service.user_id):
            # It may have been deactivated: then it stays so.
            with suppress(MatrixError):
                new = NewUser(service.user_id, None, None, appservice=service.id)
                await register(accounts, new)


async def _begin(bots: Bots) -> dict[str, int]:
    """How far each service has been collected for; a new one begins now."""
    now = bots.spine.log.started_at

    async def plan(tx: Tx) -> dict[str, int]:
        for service in bots.told:
            await store.insert_service(tx, bots.institution_id, service.id, now)
        rows = await store.select_collected(tx, bots.institution_id)
        there = {row.service_id: row.position for row in rows}
        return {service.id: there[service.id] for service in bots.told}

    return await bots.spine.db.write(plan)


async def _insert(
    tx: Tx,
    institution_id: int,
    service_ids: list[str],
    items: list[tuple[str, store.Item]],
    last: int,
) -> None:
    await store.insert_items(tx, institution_id, items)
    await store.update_collected(tx, institution_id, service_ids, last)


async def find_item(service: Registration, interest: Interest, entry: Entry) -> store.Item | None:
    """What a service is to be told of this entry of the log, or None."""
    if isinstance(entry, Logged):
        if not await interest.has_event(entry):
            return None
        return store.Item(entry.position, Kind.EVENT, "", "", entry.event.room_id)
    return await _find_change(service, interest, entry)


async def _find_change(
    service: Registration, interest: Interest, change: Change
) -> store.Item | None:
    user_id, position = change.user_id or "", change.position
    if change.kind in {RECEIPT, PRIVATE_RECEIPT} and service.wants_ephemeral and change.room_id:
        is_private = change.kind == PRIVATE_RECEIPT
        if is_private and not interest.is_its_user(user_id):
            return None
        if await interest.has_room(change.room_id):
            return store.Item(position, Kind.RECEIPT, user_id, "", change.room_id)
    elif change.kind == TO_DEVICE and service.wants_ephemeral and interest.is_its_user(user_id):
        return store.Item(position, Kind.TO_DEVICE, user_id, change.item, "")
    elif change.kind == COUNT and service.wants_encryption and interest.is_its_user(user_id):
        return store.Item(position, Kind.COUNT, user_id, change.item, "")
    elif change.kind == LIST and service.wants_encryption and await interest.has_person(user_id):
        return store.Item(position, Kind.LIST, user_id, "", "")
    return None
