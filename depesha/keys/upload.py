"""Uploading the keys of a device.

Spec: client-server API, "Uploading keys".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from depesha.accounts import find_devices
from depesha.base.canonical import Content, Json, canonical, decode
from depesha.base.errors import MatrixError, bad_json, forbidden, invalid_param
from depesha.eventlog.append import Writing
from depesha.keys import store
from depesha.keys.counts import select_counts
from depesha.keys.kinds import change_count, change_list
from depesha.keys.record import Keys
from depesha.keys.rules import (
    MOST_ONE_TIME_KEYS,
    Uploaded,
    find_device_fault,
    is_same_key,
    read_keys,
)


@dataclass(frozen=True, slots=True)
class Upload:
    """What a device publishes of its keys, checked."""

    device_keys: Content | None
    one_time_keys: list[Uploaded]
    fallback_keys: list[Uploaded]


def check_upload(
    user_id: str,
    device_id: str,
    device_keys: Content | None,
    one_time_keys: Mapping[str, Json],
    fallback_keys: Mapping[str, Json],
) -> Upload:
    """The upload; raises 400 M_BAD_JSON or M_INVALID_PARAM."""
    if device_keys is not None:
        if fault := find_device_fault(device_keys, user_id, device_id):
            raise invalid_param(fault)
        device_keys = {key: value for key, value in device_keys.items() if key != "unsigned"}
    one_time, fallback = read_keys(one_time_keys), read_keys(fallback_keys)
    if isinstance(one_time, str):
        raise bad_json(one_time)
    if isinstance(fallback, str):
        raise bad_json(fallback)
    if len({key.algorithm for key in fallback}) < len(fallback):
        raise invalid_param("There is one fallback key for each algorithm")
    return Upload(device_keys, one_time, fallback)


async def upload_keys(keys: Keys, user_id: str, device_id: str, upload: Upload) -> dict[str, int]:
    """Publish keys of a device; the number of its unclaimed one-time keys by algorithm.

    Raises 400 M_INVALID_PARAM for a key id that is taken by another key, 403 M_FORBIDDEN for a
    device that is called like a cross-signing key.
    """

    async def plan(w: Writing) -> dict[str, int]:
        await store_keys(w, user_id, device_id, upload)
        return await select_counts(w.tx, w.institution.id, user_id, device_id)

    return await keys.spine.log.commit(plan)


async def store_keys(w: Writing, user_id: str, device_id: str, upload: Upload) -> None:
    """Publish keys of a device inside a plan."""
    devices = await find_devices(w.tx, w.institution.id, [user_id])
    if device_id not in devices.get(user_id, {}):
        raise MatrixError(400, "M_UNKNOWN_DEVICE", "There is no such device")
    is_new = upload.device_keys is not None and await _store_device_keys(
        w, user_id, device_id, upload.device_keys
    )
    one_time = await _fresh_one_time_keys(w, user_id, device_id, upload.one_time_keys)
    fallback = await _fresh_fallback_keys(w, user_id, device_id, upload.fallback_keys)
    if not (is_new or one_time or fallback):
        return
    position = await change_count(w, user_id, device_id)
    institution_id = w.institution.id
    await store.insert_one_time_keys(w.tx, institution_id, user_id, device_id, position, one_time)
    for key in fallback:
        await store.upsert_fallback_key(w.tx, institution_id, user_id, device_id, key)


async def _store_device_keys(
    w: Writing, user_id: str, device_id: str, device_keys: Content
) -> bool:
    """False when they are the same as before."""
    institution_id, body = w.institution.id, canonical(device_keys)
    before = await store.find_device_keys(w.tx, institution_id, user_id, device_id)
    if before == body:
        return False
    for key in await store.select_cross_signing(w.tx, institution_id, [user_id]):
        if key.public_key == device_id:
            raise forbidden("The device is called like a cross-signing key")
    if before is not None and not is_same_key(decode(before), device_keys):
        # Other identity keys: what the old ones signed, and what was signed of them, is void.
        await store.delete_signatures_on(w.tx, institution_id, user_id, device_id)
        await store.delete_one_time_keys(w.tx, institution_id, user_id, device_id)
        await store.delete_fallback_keys(w.tx, institution_id, user_id, device_id)
    await store.upsert_device_keys(w.tx, institution_id, user_id, device_id, body)
    await change_list(w, user_id)
    return True


async def _fresh_one_time_keys(
    w: Writing, user_id: str, device_id: str, uploaded: list[Uploaded]
) -> list[store.OneTimeKey]:
    """The keys that are not there yet."""
    if not uploaded:
        return []
    rows = await store.select_one_time_keys(w.tx, w.institution.id, user_id, device_id)
    there = {(row.algorithm, row.key_id): row.body for row in rows}
    for key in uploaded:
        if there.get((key.algorithm, key.key_id), key.body) != key.body:
            raise invalid_param(f"There is another key {key.algorithm}:{key.key_id}")
    fresh = [
        store.OneTimeKey(key.algorithm, key.key_id, key.body)
        for key in uploaded
        if (key.algorithm, key.key_id) not in there
    ]
    if len(there) + len(fresh) > MOST_ONE_TIME_KEYS:
        raise invalid_param(f"A device has at most {MOST_ONE_TIME_KEYS} one-time keys")
    return fresh


async def _fresh_fallback_keys(
    w: Writing, user_id: str, device_id: str, uploaded: list[Uploaded]
) -> list[store.OneTimeKey]:
    """The keys that are not there yet; one uploaded again stays used if it was."""
    if not uploaded:
        return []
    rows = await store.select_fallback_keys(w.tx, w.institution.id, user_id, device_id)
    there = {(row.algorithm, row.key_id, row.body) for row in rows}
    return [
        store.OneTimeKey(key.algorithm, key.key_id, key.body)
        for key in uploaded
        if (key.algorithm, key.key_id, key.body) not in there
    ]
