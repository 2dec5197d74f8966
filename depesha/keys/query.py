"""Asking for the keys of people and their devices.

Spec: client-server API, "Tracking the device list for a user", "Key and signature security".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from depesha.accounts import find_devices
from depesha.base.canonical import Content, decode
from depesha.base.ids import parse_user_id
from depesha.io.tx import Tx
from depesha.keys import store
from depesha.keys.record import Keys
from depesha.keys.rules import (
    DEVICE_SIGNERS,
    MASTER_SIGNERS,
    SELF_SIGNING_SIGNERS,
    Owner,
    Usage,
    visible,
    with_signatures,
)
from depesha.org import find_seen

_MANY_USERS = 20
"""More than so many are read beside the event loop."""

_SIGNERS = {
    Usage.MASTER: MASTER_SIGNERS,
    Usage.SELF_SIGNING: SELF_SIGNING_SIGNERS,
    Usage.USER_SIGNING: SELF_SIGNING_SIGNERS,
}


def find_failures(keys: Keys, user_ids: Mapping[str, object]) -> dict[str, Content]:
    """The servers of users who are not ours, each with an error; ids that are none are left."""
    institution = keys.spine.institution
    parsed = (parse_user_id(user_id) for user_id in user_ids if not institution.is_local(user_id))
    return {
        found.domain: {"errcode": "M_UNREACHABLE", "error": "This server does not federate"}
        for found in parsed
        if found is not None
    }


async def query_keys(keys: Keys, viewer: str, wanted: Mapping[str, list[str]]) -> Content:
    """The keys of users and of the devices named (none: all), as the viewer may see them.

    The body of the response. Users who are not there for the viewer are not in it.
    """
    is_local = keys.spine.institution.is_local
    seen = await find_seen(keys.contacts.org, viewer, wanted)
    local = [user_id for user_id in wanted if user_id in seen and is_local(user_id)]
    read = keys.spine.db.read if len(local) <= _MANY_USERS else keys.spine.db.scan
    found = await read(_select, keys.institution_id, local, viewer)
    body: Content = {
        "failures": find_failures(keys, wanted),
        "device_keys": {},
        "master_keys": {},
        "self_signing_keys": {},
        "user_signing_keys": {},
    }
    for user_id, devices in found.devices.items():
        of_user = _Shown(found, user_id, viewer)
        asked = wanted[user_id] or list(devices)
        body["device_keys"][user_id] = {
            device_id: of_user.device(device_id)
            for device_id in asked
            if (user_id, device_id) in found.device_keys
        }
        for usage in Usage:
            if usage is Usage.USER_SIGNING and user_id != viewer:
                continue
            if (key := of_user.cross_signing(usage)) is not None:
                body[f"{usage}_keys"][user_id] = key
    return body


@dataclass(frozen=True, slots=True)
class _Found:
    """What the tables hold about the users asked for."""

    devices: dict[str, dict[str, str | None]]
    device_keys: dict[tuple[str, str], bytes]
    cross_signing: dict[tuple[str, str], store.CrossSigning]
    signatures: dict[tuple[str, str], list[tuple[str, str, str]]]


async def _select(tx: Tx, institution_id: int, user_ids: list[str], viewer: str) -> _Found:
    devices = await find_devices(tx, institution_id, user_ids)
    known = list(devices)
    signatures: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for row in await store.select_signatures(tx, institution_id, known, viewer):
        signer = (row.signer_id, row.signer_key, row.signature)
        signatures.setdefault((row.user_id, row.key_name), []).append(signer)
    return _Found(
        devices,
        {
            (row.user_id, row.device_id): row.body
            for row in await store.select_device_keys(tx, institution_id, known)
        },
        {
            (row.user_id, row.usage): row
            for row in await store.select_cross_signing(tx, institution_id, known)
        },
        signatures,
    )


class _Shown:
    """The keys of one user as a viewer sees them."""

    def __init__(self, found: _Found, user_id: str, viewer: str) -> None:
        self._found, self._user_id, self._viewer = found, user_id, viewer
        keys = {
            usage: f"ed25519:{row.public_key}"
            for usage in Usage
            if (row := found.cross_signing.get((user_id, usage))) is not None
        }
        self._owner = Owner(user_id, keys)

    def _key(self, body: bytes, name: str, signers: frozenset[Usage]) -> Content:
        more = self._found.signatures.get((self._user_id, name), ())
        key = with_signatures(decode(body), more)
        return visible(key, self._owner, self._viewer, signers)

    def device(self, device_id: str) -> Content:
        """The identity keys of a device, with the name that its owner gave it."""
        body = self._found.device_keys[self._user_id, device_id]
        key = self._key(body, device_id, DEVICE_SIGNERS)
        name = self._found.devices[self._user_id].get(device_id)
        return {**key, "unsigned": {"device_display_name": name}} if name else key

    def cross_signing(self, usage: Usage) -> Content | None:
        row = self._found.cross_signing.get((self._user_id, usage))
        return self._key(row.body, row.public_key, _SIGNERS[usage]) if row else None
