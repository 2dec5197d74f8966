"""Claiming one-time keys, and forgetting those that may have been claimed.

Spec: client-server API, "One-time and fallback keys"; `POST /keys/claim`.
"""

from collections.abc import Mapping

from depesha.base.canonical import Content, Json, embed
from depesha.eventlog.append import Writing
from depesha.io.tx import Tx
from depesha.keys import store
from depesha.keys.kinds import change_count
from depesha.keys.query import find_failures
from depesha.keys.record import Keys
from depesha.org import find_seen

Wanted = Mapping[str, Mapping[str, str]]
"""User id → device id → algorithm."""


async def claim_keys(keys: Keys, viewer: str, wanted: Wanted) -> Content:
    """One key of each device, which nobody else will get; the body of the response.

    The key that was uploaded first, or the fallback key. Devices without any are left out, and
    people who are not there for the viewer.
    """
    is_local = keys.spine.institution.is_local
    seen = await find_seen(keys.contacts.org, viewer, wanted)

    async def plan(w: Writing) -> dict[str, dict[str, Json]]:
        claimed: dict[str, dict[str, Json]] = {}
        for user_id, devices in wanted.items():
            if user_id not in seen or not is_local(user_id):
                continue
            for device_id, algorithm in devices.items():
                key = await _claim(w, user_id, device_id, algorithm)
                if key is not None:
                    claimed.setdefault(user_id, {})[device_id] = {
                        f"{algorithm}:{key.key_id}": embed(key.body)
                    }
        return claimed

    claimed = await keys.spine.log.commit(plan)
    return {"one_time_keys": claimed, "failures": find_failures(keys, wanted)}


async def _claim(w: Writing, user_id: str, device_id: str, algorithm: str) -> store.Claimed | None:
    place = (w.institution.id, user_id, device_id, algorithm)
    claimed = await store.claim_one_time_key(w.tx, *place)
    if claimed is not None:
        await change_count(w, user_id, device_id)
        return claimed
    fallback = await store.claim_fallback_key(w.tx, *place)
    if fallback is None:
        return None
    if not fallback.was_used:
        await change_count(w, user_id, device_id)
    return store.Claimed(fallback.key_id, fallback.body)


async def drop_unclaimed(keys: Keys, user_id: str, device_id: str) -> None:
    """Forget the one-time keys of a device, and count its fallback keys as used.

    For a device whose token proves that an older backup was restored: its keys may have been
    claimed after that backup, and no key may be given out twice.
    """
    if not device_id:
        return

    async def plan(w: Writing) -> None:
        await store.delete_one_time_keys(w.tx, w.institution.id, user_id, device_id)
        await store.update_fallback_used(w.tx, w.institution.id, user_id, device_id)
        await change_count(w, user_id, device_id)

    await keys.spine.log.commit(plan)


async def reset_all_unclaimed(tx: Tx, institution_id: int) -> int:
    """The same for all devices, when a backup is being restored; how many keys were forgotten."""
    await store.update_all_fallback_used(tx, institution_id)
    return await store.delete_all_one_time_keys(tx, institution_id)
