"""How many keys of a device can still be claimed, as a sync tells it.

Spec: client-server API, "Extensions to /sync" of end-to-end encryption.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from depesha.accounts import DEVICE
from depesha.base.canonical import encode
from depesha.eventlog.changes import Change, Entry
from depesha.io.tx import Tx
from depesha.keys import store
from depesha.keys.kinds import COUNT

if TYPE_CHECKING:
    from depesha.keys.record import Keys

Told = Mapping[str, bytes]
"""Keys of the top of a sync response, encoded; empty for a device that has uploaded no keys."""

_KINDS = frozenset({COUNT, DEVICE})


class Counts:
    """What is told to each device, encoded once; the log keeps it true (`view`)."""

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._told: dict[tuple[str, str], Told] = {}
        self.drops = 0
        """Grows when something was forgotten: what was read before is not to be kept."""

    def get(self, user_id: str, device_id: str) -> Told | None:
        return self._told.get((user_id, device_id))

    def put(self, user_id: str, device_id: str, told: Told) -> None:
        if len(self._told) >= self._most:
            del self._told[next(iter(self._told))]
        self._told[user_id, device_id] = told

    def view(self, entry: Entry) -> None:
        """Forget what is told to a device of whose keys the log says that they changed."""
        if isinstance(entry, Change) and entry.kind in _KINDS and entry.user_id:
            self.drops += 1
            self._told.pop((entry.user_id, entry.item), None)


async def find_told(keys: "Keys", user_id: str, device_id: str) -> Told:
    """What a sync of this device tells about its keys, now."""
    counts = keys.counts
    told = counts.get(user_id, device_id)
    if told is None:
        drops = counts.drops
        told = await keys.spine.db.read(select_told, keys.institution_id, user_id, device_id)
        if drops == counts.drops:
            counts.put(user_id, device_id, told)
    return told


async def select_told(tx: Tx, institution_id: int, user_id: str, device_id: str) -> Told:
    """Unclaimed one-time keys by algorithm, and algorithms with an unused fallback key."""
    if await store.find_device_keys(tx, institution_id, user_id, device_id) is None:
        return {}
    fallback = await store.select_fallback_keys(tx, institution_id, user_id, device_id)
    return {
        "device_one_time_keys_count": encode(
            await select_counts(tx, institution_id, user_id, device_id)
        ),
        "device_unused_fallback_key_types": encode(
            [key.algorithm for key in fallback if not key.uses]
        ),
    }


async def select_counts(
    tx: Tx, institution_id: int, user_id: str, device_id: str
) -> dict[str, int]:
    """Unclaimed one-time keys by algorithm."""
    rows = await store.count_one_time_keys(tx, institution_id, user_id, device_id)
    # COMPAT(matrix-rust-sdk): uploads more keys when it is told 0, but not when told nothing.
    return {"signed_curve25519": 0, **{row.algorithm: row.number for row in rows}}
