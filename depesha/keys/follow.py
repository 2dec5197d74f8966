"""What becomes of keys and messages when a device or a person goes."""

from depesha.accounts import DEACTIVATED, DEVICE, find_devices
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change
from depesha.keys import store
from depesha.keys.backup import store as backup_store
from depesha.keys.kinds import change_list
from depesha.keys.messages import store as message_store


async def follow_device(w: Writing, change: Change) -> None:
    """Forget all about a device that is gone, in the transaction that removes it.

    Those who share a room with its owner learn of it, and of a new name, if it had keys.
    """
    user_id, device_id, institution_id = change.user_id, change.item, w.institution.id
    if change.kind != DEVICE or user_id is None:
        return
    devices = await find_devices(w.tx, institution_id, [user_id])
    if device_id in devices.get(user_id, {}):
        if await store.find_device_keys(w.tx, institution_id, user_id, device_id) is not None:
            await change_list(w, user_id)
        return
    await store.delete_one_time_keys(w.tx, institution_id, user_id, device_id)
    await store.delete_fallback_keys(w.tx, institution_id, user_id, device_id)
    await message_store.delete_messages(w.tx, institution_id, user_id, device_id, w.position)
    await message_store.delete_sent(w.tx, institution_id, user_id, device_id, 2**62)
    await store.delete_dehydrated(w.tx, institution_id, user_id, device_id)
    await store.delete_signatures_on(w.tx, institution_id, user_id, device_id)
    await store.delete_signatures_by(w.tx, institution_id, user_id, f"ed25519:{device_id}")
    if await store.delete_device_keys(w.tx, institution_id, user_id, device_id):
        await change_list(w, user_id)


async def follow_person(w: Writing, change: Change) -> None:
    """Forget the cross-signing keys and the backups of an account that ends."""
    if change.kind != DEACTIVATED or change.user_id is None:
        return
    await store.delete_cross_signing_of(w.tx, w.institution.id, change.user_id)
    await backup_store.delete_backups_of(w.tx, w.institution.id, change.user_id)
