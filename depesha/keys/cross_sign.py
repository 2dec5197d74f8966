"""Uploading cross-signing keys.

Spec: client-server API, "Cross-signing"; `POST /keys/device_signing/upload`.
"""

from collections.abc import Mapping

from depesha.accounts import find_devices
from depesha.base.canonical import Content, canonical, decode
from depesha.base.errors import forbidden, invalid_param, missing_param
from depesha.eventlog.append import Writing
from depesha.io.tx import Tx
from depesha.keys import store
from depesha.keys.kinds import change_list
from depesha.keys.record import Keys
from depesha.keys.rules import (
    Usage,
    device_public_key,
    find_cross_signing_fault,
    is_same_key,
    is_signature,
    is_signed_by,
    public_key,
    signatures_of,
)
from depesha.keys.sign import invalid_signature

CrossSigning = Mapping[Usage, Content]
"""The keys of one upload."""


def check_cross_signing(user_id: str, uploaded: CrossSigning) -> None:
    """Raise 400 M_INVALID_PARAM for keys that are not well-formed."""
    for usage, key in uploaded.items():
        if fault := find_cross_signing_fault(key, user_id, usage):
            raise invalid_param(f"{usage}_key: {fault}")


async def is_free(keys: Keys, user_id: str, uploaded: CrossSigning) -> bool:
    """True when the upload needs no further authentication.

    It does not when the user has no master key yet, or when it has no new keys.
    """
    return await keys.spine.db.read(_is_free, keys.institution_id, user_id, uploaded)


async def _is_free(tx: Tx, institution_id: int, user_id: str, uploaded: CrossSigning) -> bool:
    there = await _select(tx, institution_id, user_id)
    return Usage.MASTER not in there or all(
        usage in there and is_same_key(there[usage], key) for usage, key in uploaded.items()
    )


async def _select(tx: Tx, institution_id: int, user_id: str) -> dict[Usage, Content]:
    rows = await store.select_cross_signing(tx, institution_id, [user_id])
    return {Usage(row.usage): decode(row.body) for row in rows}


async def upload_cross_signing(
    keys: Keys, user_id: str, uploaded: CrossSigning, *, was_free: bool
) -> None:
    """Publish cross-signing keys that have passed their check.

    `was_free` says that the caller was let in without authentication: that is decided once more
    here. Raises 400 M_MISSING_PARAM without a master key, 400 M_INVALID_SIGNATURE, 403
    M_FORBIDDEN when a key is called like a device.
    """

    async def plan(w: Writing) -> None:
        institution_id = w.institution.id
        there = await _select(w.tx, institution_id, user_id)
        if was_free and not await _is_free(w.tx, institution_id, user_id, uploaded):
            raise forbidden("The keys have just been uploaded from elsewhere")
        master = uploaded.get(Usage.MASTER) or there.get(Usage.MASTER)
        if master is None:
            raise missing_param("master_key")
        await _check_signatures(w, user_id, uploaded, master)
        fresh = {u: key for u, key in uploaded.items() if there.get(u) != key}
        for usage in _void(there, fresh):
            await _retire(w, user_id, usage, public_key(there[usage]))
        for usage, key in fresh.items():
            row = store.CrossSigning(user_id, usage, public_key(key), canonical(key))
            await store.upsert_cross_signing(w.tx, institution_id, row)
        if fresh:
            await change_list(w, user_id)

    await keys.spine.log.commit(plan)


async def _check_signatures(
    w: Writing, user_id: str, uploaded: CrossSigning, master: Content
) -> None:
    """The master key signs the others, and may itself be signed by devices."""
    devices = await find_devices(w.tx, w.institution.id, [user_id])
    for usage, key in uploaded.items():
        if public_key(key) in devices.get(user_id, {}):
            raise forbidden("Key ID in use")
        if usage is not Usage.MASTER and not is_signed_by(key, user_id, public_key(master)):
            raise invalid_signature(f"The {usage} key is not signed by the master key")
    own = uploaded.get(Usage.MASTER)
    if own is not None:
        for row in await store.select_device_keys(w.tx, w.institution.id, [user_id]):
            public = device_public_key(decode(row.body), row.device_id)
            given = signatures_of(own).get(user_id, {}).get(f"ed25519:{row.device_id}")
            if given is not None and not is_signature(own, given, public):
                raise invalid_signature("A device's signature of the master key is wrong")


def _void(there: CrossSigning, fresh: CrossSigning) -> list[Usage]:
    """The keys that end: those replaced, and with the master key all that it has signed."""
    replaced = [u for u in fresh if u in there and not is_same_key(there[u], fresh[u])]
    return list(there) if Usage.MASTER in replaced else replaced


async def _retire(w: Writing, user_id: str, usage: Usage, public: str) -> None:
    """Forget a key, what it has signed, and what has been signed of it."""
    await store.delete_cross_signing(w.tx, w.institution.id, user_id, usage)
    await store.delete_signatures_on(w.tx, w.institution.id, user_id, public)
    await store.delete_signatures_by(w.tx, w.institution.id, user_id, f"ed25519:{public}")


async def is_cross_signing_key(tx: Tx, institution_id: int, user_id: str, device_id: str) -> bool:
    """True when a device may not have this id, because a key of the user has it."""
    rows = await store.select_cross_signing(tx, institution_id, [user_id])
    return any(row.public_key == device_id for row in rows)
