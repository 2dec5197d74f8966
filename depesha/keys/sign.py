"""Uploading signatures of keys.

Spec: client-server API, `POST /keys/signatures/upload`, "Key and signature security".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from depesha.base.canonical import Content, Json, decode, find_unsafe
from depesha.base.errors import MatrixError, bad_json, not_found
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.keys import store
from depesha.keys.kinds import SIGNED, change_list
from depesha.keys.record import Keys
from depesha.keys.rules import (
    Usage,
    device_public_key,
    is_same_key,
    is_signature,
    is_signatures,
    signatures_of,
)
from depesha.org import find_seen

Objects = Mapping[str, Mapping[str, Content]]
"""User id → device id or public key → signed object."""

Failures = dict[str, dict[str, Json]]


def invalid_signature(message: str) -> MatrixError:
    return MatrixError(400, "M_INVALID_SIGNATURE", message)


@dataclass(frozen=True, slots=True)
class _Signed:
    """An object with signatures by the caller on a key: whose, called what."""

    user_id: str
    key_name: str
    body: Content

    def by(self, signer_id: str) -> dict[str, str]:
        """The signer's signatures by key id."""
        return signatures_of(self.body).get(signer_id, {})


async def upload_signatures(keys: Keys, signer_id: str, objects: Objects) -> Failures:
    """Publish signatures by the signer; what failed, by user and key, as error objects.

    One may sign one's own devices (by the self-signing key), one's own master key (by a device)
    and other people's master keys (by the user-signing key).
    """
    signed = list(_read(objects))
    seen = await find_seen(keys.contacts.org, signer_id, objects)

    async def plan(w: Writing) -> Failures:
        signer = await _load(w, signer_id)
        failures: Failures = {}
        changed: set[str] = set()
        for each in signed:
            try:
                if each.user_id not in seen:
                    raise _unknown_key()
                if await _store(w, signer, each):
                    changed.add(each.user_id)
            except MatrixError as error:
                failures.setdefault(each.user_id, {})[each.key_name] = error.body()
        if signer_id in changed:
            await change_list(w, signer_id)
        return failures

    return await keys.spine.log.commit(plan)


def _read(objects: Objects) -> Iterator[_Signed]:
    for user_id, by_key in objects.items():
        for key_name, body in by_key.items():
            if not is_signatures(body.get("signatures")):
                raise bad_json("Signatures must be by user and key")
            if fault := find_unsafe(body):
                raise bad_json(fault)
            yield _Signed(user_id, key_name, body)


@dataclass(frozen=True, slots=True)
class _Signer:
    """The signer's keys: cross-signing keys by use, and public keys of devices by device."""

    user_id: str
    cross_signing: Mapping[str, str]
    devices: Mapping[str, str]


async def _load(w: Writing, user_id: str) -> _Signer:
    rows = await store.select_device_keys(w.tx, w.institution.id, [user_id])
    return _Signer(
        user_id,
        {
            row.usage: row.public_key
            for row in await store.select_cross_signing(w.tx, w.institution.id, [user_id])
        },
        {row.device_id: device_public_key(decode(row.body), row.device_id) for row in rows},
    )


async def _store(w: Writing, signer: _Signer, signed: _Signed) -> bool:
    """Check and store the signatures on one key; False when all were there already."""
    body, allowed = await _target(w, signer, signed)
    stored: Content = decode(body)
    if not is_same_key(stored, signed.body):
        raise MatrixError(400, "M_INVALID_PARAM", "The key differs from the one on the server")
    given = signed.by(signer.user_id)
    there = signatures_of(stored).get(signer.user_id, {}) | await _there(w, signer.user_id, signed)
    fresh = {key_id: text for key_id, text in given.items() if there.get(key_id) != text}
    for key_id, text in fresh.items():
        public = allowed.get(key_id)
        if public is None or not is_signature(signed.body, text, public):
            raise invalid_signature(f"The signature by {key_id} is not valid here")
    for key_id, text in fresh.items():
        await _insert(w, signer.user_id, signed, key_id, text)
    return bool(fresh)


async def _target(w: Writing, signer: _Signer, signed: _Signed) -> tuple[bytes, dict[str, str]]:
    """The key on the server, and who may sign it: public keys by key id."""
    tx, institution_id = w.tx, w.institution.id
    if signed.user_id == signer.user_id:
        body = await store.find_device_keys(tx, institution_id, signer.user_id, signed.key_name)
        if body is not None:
            return body, _named(signer.cross_signing.get(Usage.SELF_SIGNING))
    for key in await store.select_cross_signing(tx, institution_id, [signed.user_id]):
        if key.usage != Usage.MASTER or key.public_key != signed.key_name:
            continue
        if signed.user_id == signer.user_id:
            return key.body, {f"ed25519:{name}": key for name, key in signer.devices.items()}
        return key.body, _named(signer.cross_signing.get(Usage.USER_SIGNING))
    raise _unknown_key()


def _unknown_key() -> MatrixError:
    return not_found("Unknown key")


def _named(public: str | None) -> dict[str, str]:
    return {f"ed25519:{public}": public} if public else {}


async def _there(w: Writing, signer_id: str, signed: _Signed) -> dict[str, str]:
    """The signer's signatures that have been uploaded apart from the key."""
    rows = await store.select_signatures(w.tx, w.institution.id, [signed.user_id], signer_id)
    return {
        row.signer_key: row.signature
        for row in rows
        if row.key_name == signed.key_name and row.signer_id == signer_id
    }


async def _insert(w: Writing, signer_id: str, signed: _Signed, key_id: str, signature: str) -> None:
    position = await w.change(Change(SIGNED, Reach.USER, signer_id, item=signed.user_id))
    row = store.Signature(signed.user_id, signed.key_name, signer_id, key_id, signature)
    await store.upsert_signature(w.tx, w.institution.id, row, position)
