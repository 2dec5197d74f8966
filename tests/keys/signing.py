"""Devices and people with keys of their own, for tests: they sign as clients do."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from nacl.signing import SigningKey

from depesha.base.canonical import canonical
from depesha.events.sign import encode_base64, signed_part
from tests.harness.client import PASSWORD, Client, Response

ALGORITHMS = ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"]

_seeds = itertools.count(1)


def new_key() -> SigningKey:
    return SigningKey(next(_seeds).to_bytes(32))


def public(key: SigningKey) -> str:
    return encode_base64(bytes(key.verify_key))


def sign(value: dict[str, Any], user_id: str, name: str, key: SigningKey) -> dict[str, Any]:
    """The object with the signature `ed25519:<name>` added."""
    signature = encode_base64(key.sign(canonical(signed_part(value))).signature)
    signatures = {u: dict(own) for u, own in value.get("signatures", {}).items()}
    signatures.setdefault(user_id, {})[f"ed25519:{name}"] = signature
    return {**value, "signatures": signatures}


def device_keys(user_id: str, device_id: str, key: SigningKey) -> dict[str, Any]:
    value = {
        "user_id": user_id,
        "device_id": device_id,
        "algorithms": ALGORITHMS,
        "keys": {
            f"ed25519:{device_id}": public(key),
            f"curve25519:{device_id}": public(new_key()),
        },
    }
    return sign(value, user_id, device_id, key)


def one_time_keys(
    user_id: str, device_id: str, key: SigningKey, names: list[str], **fields: Any
) -> dict[str, Any]:
    """Signed one-time keys by `signed_curve25519:<name>`."""
    return {
        f"signed_curve25519:{name}": sign(
            {"key": public(new_key()), **fields}, user_id, device_id, key
        )
        for name in names
    }


@dataclass
class Device:
    """A client with an identity of its own."""

    client: Client
    key: SigningKey = field(default_factory=new_key)
    keys: dict[str, Any] = field(default_factory=dict)

    async def upload(self, names: list[str] | None = None, **fallback: Any) -> Any:
        """Publish the identity keys, and one-time keys of these names."""
        self.keys = self.keys or device_keys(self.client.user_id, self.client.device_id, self.key)
        body: dict[str, Any] = {"device_keys": self.keys, **fallback}
        if names:
            body["one_time_keys"] = self.one_time_keys(names)
        return (await self.client.post("/keys/upload", body)).ok()["one_time_key_counts"]

    def one_time_keys(self, names: list[str], **fields: Any) -> dict[str, Any]:
        client = self.client
        return one_time_keys(client.user_id, client.device_id, self.key, names, **fields)

    async def claim(self, other: "Device | Client") -> Any:
        """The key claimed of another device by its name, or None."""
        client = other.client if isinstance(other, Device) else other
        body = {"one_time_keys": {client.user_id: {client.device_id: "signed_curve25519"}}}
        found = (await self.client.post("/keys/claim", body)).ok()["one_time_keys"]
        return found.get(client.user_id, {}).get(client.device_id)


@dataclass
class Identity:
    """The cross-signing keys of a user."""

    user_id: str
    master: SigningKey = field(default_factory=new_key)
    self_signing: SigningKey = field(default_factory=new_key)
    user_signing: SigningKey = field(default_factory=new_key)

    def key(self, usage: str) -> dict[str, Any]:
        """The public part of a key, signed by the master key if it is another."""
        key: SigningKey = getattr(self, usage)
        value = {
            "user_id": self.user_id,
            "usage": [usage],
            "keys": {f"ed25519:{public(key)}": public(key)},
        }
        if usage == "master":
            return value
        return sign(value, self.user_id, public(self.master), self.master)

    def body(self, *usages: str) -> dict[str, Any]:
        """The body of an upload of all keys, or of these."""
        usages = usages or ("master", "self_signing", "user_signing")
        return {f"{usage}_key": self.key(usage) for usage in usages}

    async def upload(self, client: Client, **fields: Any) -> Response:
        return await client.post("/keys/device_signing/upload", self.body() | fields)


def password_auth(user_id: str, session: str = "", password: str = PASSWORD) -> dict[str, Any]:
    """What proves who one is, once more."""
    auth = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user_id},
        "password": password,
    }
    return {**auth, "session": session} if session else auth


async def query(client: Client, *users: str) -> Any:
    """All keys of these users, as the client may see them."""
    body: dict[str, Any] = {"device_keys": {user_id: [] for user_id in users}}
    return (await client.post("/keys/query", body)).ok()
