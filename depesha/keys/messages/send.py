"""Sending messages to devices.

Spec: client-server API, "Send-to-Device messaging".
"""

from collections.abc import Mapping

from depesha.accounts import find_devices
from depesha.base.canonical import Content, encode, find_unsafe
from depesha.base.errors import bad_json, invalid_param, too_large
from depesha.base.ids import MAX_ID_BYTES
from depesha.contacts import find_hearing
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.http.caller import Caller
from depesha.keys.kinds import TO_DEVICE
from depesha.keys.messages import store
from depesha.keys.record import Keys
from depesha.org import find_reachable

MOST_RECIPIENTS = 10_000
"""Devices that one request may name."""

MOST_BYTES = 128 * 1024
"""Size of what one device is told; a request may name many, and `*` stands for all of a user."""

EVERY_DEVICE = "*"

_SENT_MS = 24 * 3600 * 1000

Messages = Mapping[str, Mapping[str, Content]]
"""User id → device id or `*` → content."""


async def send_to_device(
    keys: Keys, caller: Caller, type_: str, txn_id: str, messages: Messages
) -> None:
    """Queue messages for devices of local users; others are passed over.

    So are people whom the caller may not write to and shares no room with, and those who block
    the caller.

    Once a transaction: a repeated one does nothing. Raises 400 M_INVALID_PARAM, M_BAD_JSON,
    413 M_TOO_LARGE.
    """
    _check(type_, txn_id, messages)
    reachable = await find_reachable(keys.contacts.org, caller.user_id, messages)
    hearing = await find_hearing(keys.contacts, caller.user_id, list(reachable))
    messages = {user_id: messages[user_id] for user_id in hearing}
    now = keys.spine.clock.now_ms()

    async def plan(w: Writing) -> None:
        tx, institution_id, device_id = w.tx, w.institution.id, caller.device_id
        txn = f"{type_}/{txn_id}"
        await store.delete_sent(tx, institution_id, caller.user_id, device_id, now - _SENT_MS)
        if await store.insert_sent(tx, institution_id, caller.user_id, device_id, txn, now):
            await queue_messages(w, caller.user_id, type_, messages)

    await keys.spine.log.commit(plan)


def _check(type_: str, txn_id: str, messages: Messages) -> None:
    if len(type_.encode()) > MAX_ID_BYTES or len(txn_id.encode()) > MAX_ID_BYTES:
        raise invalid_param(f"An event type or transaction id has at most {MAX_ID_BYTES} bytes")
    if sum(map(len, messages.values())) > MOST_RECIPIENTS:
        raise invalid_param(f"At most {MOST_RECIPIENTS} devices can be written to at once")
    for by_device in messages.values():
        for content in by_device.values():
            # Nobody signs or hashes these: what numbers they hold is between the devices.
            if fault := find_unsafe(content, any_number=True):
                raise bad_json(fault)
            if len(encode(content)) > MOST_BYTES:
                raise too_large(f"A message to a device has at most {MOST_BYTES} bytes")


async def queue_messages(w: Writing, sender: str, type_: str, messages: Messages) -> None:
    """Queue messages inside a plan."""
    local = [user_id for user_id in messages if w.institution.is_local(user_id)]
    known = await find_devices(w.tx, w.institution.id, local)
    queued: list[store.Queued] = []
    for user_id, devices in known.items():
        by_device = messages[user_id]
        for device_id, body in _bodies(sender, type_, by_device, list(devices)).items():
            change = Change(TO_DEVICE, Reach.DEVICE, user_id, item=device_id)
            queued.append(store.Queued(user_id, device_id, await w.change(change), body))
    if queued:
        await store.insert_messages(w.tx, w.institution.id, queued)


def _bodies(
    sender: str, type_: str, by_device: Mapping[str, Content], devices: list[str]
) -> dict[str, bytes]:
    """The event for each device of a user; one that is named is told apart from `*`."""
    found: dict[str, bytes] = {}
    for named, content in sorted(by_device.items(), key=lambda item: item[0] != EVERY_DEVICE):
        body = encode({"type": type_, "sender": sender, "content": content})
        targets = devices if named == EVERY_DEVICE else [named]
        found.update((device_id, body) for device_id in targets if device_id in devices)
    return found
