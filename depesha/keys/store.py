"""SQL on keys and signatures."""

from typing import NamedTuple

from depesha.io.tx import Tx


class DeviceKeys(NamedTuple):
    """The identity keys of a device as canonical JSON."""

    user_id: str
    device_id: str
    body: bytes


class OneTimeKey(NamedTuple):
    """A one-time or fallback key as canonical JSON."""

    algorithm: str
    key_id: str
    body: bytes


class Claimed(NamedTuple):
    """A one-time key that is being given out."""

    key_id: str
    body: bytes


class ClaimedFallback(NamedTuple):
    """`was_used` is 1 when this was not its first claim."""

    key_id: str
    body: bytes
    was_used: int


class Count(NamedTuple):
    """How many one-time keys of an algorithm there are."""

    algorithm: str
    number: int


class Fallback(NamedTuple):
    """A fallback key, and how often it has been claimed."""

    algorithm: str
    key_id: str
    uses: int
    body: bytes


class CrossSigning(NamedTuple):
    """A cross-signing key as canonical JSON."""

    user_id: str
    usage: str
    public_key: str
    body: bytes


class Signature(NamedTuple):
    """A signature on a key of `user_id`, uploaded apart from it."""

    user_id: str
    key_name: str
    signer_id: str
    signer_key: str
    signature: str


class UserId(NamedTuple):
    """A user."""

    user_id: str


class Dehydrated(NamedTuple):
    """A device kept asleep; `body` is its `device_data`."""

    device_id: str
    body: bytes


# --- identity keys of devices --------------------------------------------------------


async def select_device_keys(tx: Tx, institution_id: int, user_ids: list[str]) -> list[DeviceKeys]:
    """The identity keys of all devices of these users."""
    return await tx.rows(
        DeviceKeys,
        "SELECT user_id, device_id, body FROM keys_devices"
        " WHERE institution_id = $1 AND user_id = ANY($2)",
        institution_id,
        user_ids,
    )


async def find_device_keys(
    tx: Tx, institution_id: int, user_id: str, device_id: str
) -> bytes | None:
    return await tx.value(
        bytes,
        "SELECT body FROM keys_devices"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = $3",
        institution_id,
        user_id,
        device_id,
    )


async def upsert_device_keys(
    tx: Tx, institution_id: int, user_id: str, device_id: str, body: bytes
) -> None:
    await tx.execute(
        "INSERT INTO keys_devices (institution_id, user_id, device_id, body)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (institution_id, user_id, device_id)"
        " DO UPDATE SET body = excluded.body",
        institution_id,
        user_id,
        device_id,
        body,
    )


async def delete_device_keys(tx: Tx, institution_id: int, user_id: str, device_id: str) -> bool:
    """True when the device had keys."""
    count = await tx.execute(
        "DELETE FROM keys_devices WHERE institution_id = $1 AND user_id = $2 AND device_id = $3",
        institution_id,
        user_id,
        device_id,
    )
    return count > 0


# --- one-time and fallback keys ------------------------------------------------------


async def select_one_time_keys(
    tx: Tx, institution_id: int, user_id: str, device_id: str
) -> list[OneTimeKey]:
    return await tx.rows(
        OneTimeKey,
        "SELECT algorithm, key_id, body FROM keys_one_time"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = $3",
        institution_id,
        user_id,
        device_id,
    )


async def insert_one_time_keys(
    tx: Tx,
    institution_id: int,
    user_id: str,
    device_id: str,
    position: int,
    keys: list[OneTimeKey],
) -> None:
    columns = ("institution_id", "user_id", "device_id", "position", "algorithm", "key_id", "body")
    rows = [(institution_id, user_id, device_id, position, *key) for key in keys]
    await tx.insert_many("keys_one_time", columns, rows)


async def claim_one_time_key(
    tx: Tx, institution_id: int, user_id: str, device_id: str, algorithm: str
) -> Claimed | None:
    """Take out the key that was uploaded first, or None when there is none left."""
    return await tx.row(
        Claimed,
        "DELETE FROM keys_one_time WHERE institution_id = $1 AND user_id = $2 AND device_id = $3"
        " AND algorithm = $4 AND key_id = (SELECT k.key_id FROM keys_one_time k"
        " WHERE k.institution_id = $1 AND k.user_id = $2 AND k.device_id = $3 AND k.algorithm = $4"
        " ORDER BY k.position, k.key_id LIMIT 1) RETURNING key_id, body",
        institution_id,
        user_id,
        device_id,
        algorithm,
    )


async def delete_one_time_keys(tx: Tx, institution_id: int, user_id: str, device_id: str) -> int:
    """How many there were."""
    return await tx.execute(
        "DELETE FROM keys_one_time WHERE institution_id = $1 AND user_id = $2 AND device_id = $3",
        institution_id,
        user_id,
        device_id,
    )


async def delete_all_one_time_keys(tx: Tx, institution_id: int) -> int:
    """How many there were."""
    return await tx.execute("DELETE FROM keys_one_time WHERE institution_id = $1", institution_id)


async def count_one_time_keys(
    tx: Tx, institution_id: int, user_id: str, device_id: str
) -> list[Count]:
    return await tx.rows(
        Count,
        "SELECT algorithm, COUNT(*) FROM keys_one_time"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = $3"
        " GROUP BY algorithm ORDER BY algorithm",
        institution_id,
        user_id,
        device_id,
    )


async def select_fallback_keys(
    tx: Tx, institution_id: int, user_id: str, device_id: str
) -> list[Fallback]:
    return await tx.rows(
        Fallback,
        "SELECT algorithm, key_id, uses, body FROM keys_fallback"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = $3 ORDER BY algorithm",
        institution_id,
        user_id,
        device_id,
    )


async def upsert_fallback_key(
    tx: Tx, institution_id: int, user_id: str, device_id: str, key: OneTimeKey
) -> None:
    """Put a new, unused key in the place of the one of its algorithm."""
    await tx.execute(
        "INSERT INTO keys_fallback"
        " (institution_id, user_id, device_id, algorithm, key_id, body, uses)"
        " VALUES ($1, $2, $3, $4, $5, $6, 0)"
        " ON CONFLICT (institution_id, user_id, device_id, algorithm)"
        " DO UPDATE SET key_id = excluded.key_id, body = excluded.body, uses = 0",
        institution_id,
        user_id,
        device_id,
        *key,
    )


async def claim_fallback_key(
    tx: Tx, institution_id: int, user_id: str, device_id: str, algorithm: str
) -> ClaimedFallback | None:
    """The fallback key, which stays and counts as used from now on."""
    return await tx.row(
        ClaimedFallback,
        "UPDATE keys_fallback SET uses = uses + 1 WHERE institution_id = $1"
        " AND user_id = $2 AND device_id = $3 AND algorithm = $4"
        " RETURNING key_id, body, CASE WHEN uses > 1 THEN 1 ELSE 0 END",
        institution_id,
        user_id,
        device_id,
        algorithm,
    )


async def update_fallback_used(tx: Tx, institution_id: int, user_id: str, device_id: str) -> None:
    await tx.execute(
        "UPDATE keys_fallback SET uses = uses + 1"
        " WHERE institution_id = $1 AND user_id = $2 AND device_id = $3",
        institution_id,
        user_id,
        device_id,
    )


async def update_all_fallback_used(tx: Tx, institution_id: int) -> None:
    await tx.execute(
        "UPDATE keys_fallback SET uses = uses + 1 WHERE institution_id = $1", institution_id
    )


async def delete_fallback_keys(tx: Tx, institution_id: int, user_id: str, device_id: str) -> None:
    await tx.execute(
        "DELETE FROM keys_fallback WHERE institution_id = $1 AND user_id = $2 AND device_id = $3",
        institution_id,
        user_id,
        device_id,
    )


# --- cross-signing -------------------------------------------------------------------


async def select_cross_signing(
    tx: Tx, institution_id: int, user_ids: list[str]
) -> list[CrossSigning]:
    return await tx.rows(
        CrossSigning,
        "SELECT user_id, usage, public_key, body FROM keys_cross_signing"
        " WHERE institution_id = $1 AND user_id = ANY($2)",
        institution_id,
        user_ids,
    )


async def upsert_cross_signing(tx: Tx, institution_id: int, key: CrossSigning) -> None:
    await tx.execute(
        "INSERT INTO keys_cross_signing (institution_id, user_id, usage, public_key, body)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (institution_id, user_id, usage)"
        " DO UPDATE SET public_key = excluded.public_key, body = excluded.body",
        institution_id,
        *key,
    )


async def delete_cross_signing(tx: Tx, institution_id: int, user_id: str, usage: str) -> None:
    await tx.execute(
        "DELETE FROM keys_cross_signing WHERE institution_id = $1 AND user_id = $2 AND usage = $3",
        institution_id,
        user_id,
        usage,
    )


async def select_signatures(
    tx: Tx, institution_id: int, user_ids: list[str], viewer: str
) -> list[Signature]:
    """Signatures on keys of these users that they or the viewer have made."""
    return await tx.rows(
        Signature,
        "SELECT user_id, key_name, signer_id, signer_key, signature FROM keys_signatures"
        " WHERE institution_id = $1 AND user_id = ANY($2)"
        " AND (signer_id = user_id OR signer_id = $3)",
        institution_id,
        user_ids,
        viewer,
    )


async def upsert_signature(tx: Tx, institution_id: int, new: Signature, position: int) -> None:
    await tx.execute(
        "INSERT INTO keys_signatures (institution_id, user_id, key_name, signer_id, signer_key,"
        " signature, position) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (institution_id, user_id, key_name, signer_id, signer_key)"
        " DO UPDATE SET signature = excluded.signature, position = excluded.position",
        institution_id,
        *new,
        position,
    )


async def delete_signatures_on(tx: Tx, institution_id: int, user_id: str, key_name: str) -> None:
    await tx.execute(
        "DELETE FROM keys_signatures WHERE institution_id = $1 AND user_id = $2 AND key_name = $3",
        institution_id,
        user_id,
        key_name,
    )


async def delete_signatures_by(tx: Tx, institution_id: int, signer_id: str, key_id: str) -> None:
    """Forget what one key has signed."""
    await tx.execute(
        "DELETE FROM keys_signatures"
        " WHERE institution_id = $1 AND signer_id = $2 AND signer_key = $3",
        institution_id,
        signer_id,
        key_id,
    )


async def select_signed_since(
    tx: Tx, institution_id: int, signer_id: str, after: int, until: int
) -> list[UserId]:
    """Other people whose keys this one signed in (after, until]."""
    return await tx.rows(
        UserId,
        "SELECT DISTINCT user_id FROM keys_signatures WHERE institution_id = $1"
        " AND signer_id = $2 AND position > $3 AND position <= $4 AND user_id <> $2",
        institution_id,
        signer_id,
        after,
        until,
    )


async def delete_cross_signing_of(tx: Tx, institution_id: int, user_id: str) -> None:
    """Forget the user's cross-signing keys, with all signatures on and by the user's keys."""
    for sql in (
        "DELETE FROM keys_cross_signing WHERE institution_id = $1 AND user_id = $2",
        "DELETE FROM keys_signatures WHERE institution_id = $1 AND user_id = $2",
        "DELETE FROM keys_signatures WHERE institution_id = $1 AND signer_id = $2",
    ):
        await tx.execute(sql, institution_id, user_id)


# --- when keys changed ---------------------------------------------------------------


async def upsert_list(tx: Tx, institution_id: int, user_id: str, position: int) -> None:
    await tx.execute(
        "INSERT INTO keys_lists (institution_id, user_id, position) VALUES ($1, $2, $3)"
        " ON CONFLICT (institution_id, user_id) DO UPDATE SET position = excluded.position",
        institution_id,
        user_id,
        position,
    )


async def select_lists_since(tx: Tx, institution_id: int, after: int) -> list[UserId]:
    """Users whose keys have changed after a position."""
    return await tx.rows(
        UserId,
        "SELECT user_id FROM keys_lists WHERE institution_id = $1 AND position > $2",
        institution_id,
        after,
    )


# --- dehydrated devices --------------------------------------------------------------


async def select_dehydrated(tx: Tx, institution_id: int, user_id: str) -> Dehydrated | None:
    return await tx.row(
        Dehydrated,
        "SELECT device_id, body FROM keys_dehydrated WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def upsert_dehydrated(tx: Tx, institution_id: int, user_id: str, new: Dehydrated) -> None:
    await tx.execute(
        "INSERT INTO keys_dehydrated (institution_id, user_id, device_id, body)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (institution_id, user_id)"
        " DO UPDATE SET device_id = excluded.device_id, body = excluded.body",
        institution_id,
        user_id,
        *new,
    )


async def delete_dehydrated(tx: Tx, institution_id: int, user_id: str, device_id: str) -> None:
    await tx.execute(
        "DELETE FROM keys_dehydrated WHERE institution_id = $1 AND user_id = $2 AND device_id = $3",
        institution_id,
        user_id,
        device_id,
    )
