"""A device kept asleep on the server, to receive keys while its owner is nowhere signed in.

MSC3814 (dehydrated devices), of July 2026, with the earlier form of reading messages.
"""

from dataclasses import dataclass

from depesha.accounts import add_device, end_devices
from depesha.base.canonical import Content, Json, canonical, embed, find_unsafe
from depesha.base.errors import bad_json, forbidden, invalid_param, not_found
from depesha.base.ids import MAX_ID_BYTES
from depesha.eventlog.append import Writing
from depesha.keys import store
from depesha.keys.cross_sign import is_cross_signing_key
from depesha.keys.messages.queue import Waiting, find_waiting
from depesha.keys.record import Keys
from depesha.keys.upload import Upload, store_keys


@dataclass(frozen=True, slots=True)
class Asleep:
    """A device to be kept: its id, its pickled secret part, and its public keys."""

    device_id: str
    device_data: Content
    display_name: str | None
    upload: Upload


def check_asleep(device_id: str, device_data: Content, display_name: str | None) -> None:
    """Raise 400 M_INVALID_PARAM or M_BAD_JSON for what cannot be kept."""
    if not 0 < len(device_id.encode()) <= MAX_ID_BYTES or "\x00" in device_id:
        raise invalid_param(f"device_id must have 1 to {MAX_ID_BYTES} bytes")
    if not isinstance(device_data.get("algorithm"), str):
        raise bad_json("device_data.algorithm must be a string")
    if fault := find_unsafe([device_data, display_name]):
        raise bad_json(fault)


async def put_asleep(keys: Keys, user_id: str, device: Asleep) -> None:
    """Keep a device in the place of the one that was kept before, which is removed.

    Raises 400 M_INVALID_PARAM for an id that another device has, 403 M_FORBIDDEN for one that a
    cross-signing key has.
    """

    async def plan(w: Writing) -> None:
        institution_id = w.institution.id
        before = await store.select_dehydrated(w.tx, institution_id, user_id)
        if before is not None:
            await end_devices(w, user_id, [before.device_id])
        if await is_cross_signing_key(w.tx, institution_id, user_id, device.device_id):
            raise forbidden("The device is called like a cross-signing key")
        if not await add_device(w, user_id, device.device_id, device.display_name):
            raise invalid_param("There is another device with this id")
        row = store.Dehydrated(device.device_id, canonical(device.device_data))
        await store.upsert_dehydrated(w.tx, institution_id, user_id, row)
        await store_keys(w, user_id, device.device_id, device.upload)

    await keys.spine.log.commit(plan)


async def access_asleep(keys: Keys, user_id: str) -> Json:
    """The device that is kept, as the body of the response; 404 M_NOT_FOUND."""
    row = await keys.spine.db.read(store.select_dehydrated, keys.institution_id, user_id)
    if row is None:
        raise not_found("No dehydrated device")
    return {"device_id": row.device_id, "device_data": embed(row.body)}


async def delete_asleep(keys: Keys, user_id: str) -> str:
    """Remove the device that is kept; its id. Raises 404 M_NOT_FOUND."""

    async def plan(w: Writing) -> str:
        row = await store.select_dehydrated(w.tx, w.institution.id, user_id)
        if row is None:
            raise not_found("No dehydrated device")
        await end_devices(w, user_id, [row.device_id])
        return row.device_id

    return await keys.spine.log.commit(plan)


async def access_messages(
    keys: Keys, user_id: str, device_id: str, since: int, until: int, most: int
) -> Waiting:
    """Messages to the device that is kept, in (since, until].

    They stay, since waking may be interrupted. Raises 403 M_FORBIDDEN for any other device.
    """
    row = await keys.spine.db.read(store.select_dehydrated, keys.institution_id, user_id)
    if row is None or row.device_id != device_id:
        raise forbidden("This is not the dehydrated device")
    return await find_waiting(keys, user_id, device_id, since, until, most)
